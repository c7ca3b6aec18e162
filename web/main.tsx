import { render } from 'preact';
import { App } from './app/App.tsx';
import { keepPageOnMissedDrops } from './app/missedDrops.ts';
import { registerServiceWorker } from './app/offline.ts';
import { setSeriesColors } from './app/theme.ts';
import { keepToken } from './rooms/watch/token.ts';
import './style.css';

keepToken();
keepPageOnMissedDrops();
setSeriesColors(document.documentElement);
render(<App />, document.getElementById('app')!);
if (import.meta.env.PROD) void registerServiceWorker();
