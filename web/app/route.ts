/** The page's place, in the address after `#`: a room, and what the room makes of the rest, such as #/learn/3. */
import { useEffect, useState } from 'preact/hooks';
import { rooms, type RoomName } from './rooms.ts';

export interface Route {
  readonly room: RoomName;
  /** What follows the room's name, by slashes. */
  readonly path: readonly string[];
}

/** Of `#/ROOM/…`, without what follows a question mark. */
function partsOf(hash: string): readonly string[] {
  return hash
    .replace(/^#\/?/, '')
    .split('?')[0]!
    .split('/')
    .filter((part) => part !== '');
}

/** Reads `#/ROOM/…`; an address that names no room is the first one's. */
export function parseRoute(hash: string): Route {
  const [name, ...path] = partsOf(hash);
  const room = rooms.find((one) => one.name === name);
  return room === undefined ? { room: rooms[0].name, path: [] } : { room: room.name, path };
}

/** The address of a place within the page. */
export function href(room: RoomName, ...path: readonly (string | number)[]): string {
  return `#/${[room, ...path].join('/')}`;
}

/** The place of the address, as it changes; an address that names no room becomes the first one's. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = (): void => {
      const next = parseRoute(location.hash);
      const [named = next.room] = partsOf(location.hash);
      if (named !== next.room) history.replaceState(history.state, '', href(next.room));
      setRoute(next);
    };
    addEventListener('hashchange', follow);
    // It may have changed before anybody listened.
    follow();
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}
