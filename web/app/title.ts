/** The page's title: the room's, unless what is shown in it has one of its own. */
import { createContext } from 'preact';
import { useContext, useEffect } from 'preact/hooks';

export const TitleContext = createContext<(title: string | undefined) => void>(() => {});

/** Titles the page for as long as the component is there. */
export function usePageTitle(title: string): void {
  const set = useContext(TitleContext);
  useEffect(() => {
    set(title);
    return () => set(undefined);
  }, [title]);
}
