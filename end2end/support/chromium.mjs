// Which browser is driven. `CHROMIUM` names another one.
import { existsSync } from 'node:fs';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

// The one without a window first: it does the same in half of the time.
const KNOWN = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

export const launchOptions = { executablePath: process.env.CHROMIUM ?? KNOWN.find(existsSync), args: FLAGS };
