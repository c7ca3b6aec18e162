import { useEffect, useState } from 'preact/hooks';

/** Whether the page can be seen: false while its tab is behind others. */
export function useVisible(): boolean {
  const [visible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const follow = (): void => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', follow);
    follow();
    return () => document.removeEventListener('visibilitychange', follow);
  }, []);
  return visible;
}
