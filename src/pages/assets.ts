import { createHash } from 'node:crypto';
import { Content } from '../http/content.ts';
import { NO_HEADERS } from '../http/respond.ts';
import type { Handler } from '../web/request.ts';
import { STYLE } from './style.ts';

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#1f5fbf"/>
<path d="M5 7V5.5a3 3 0 0 1 6 0V7" fill="none" stroke="#fff" stroke-width="1.5"/>
<rect x="4" y="7" width="8" height="5.5" rx="1" fill="#fff"/></svg>
`;

/** Addresses that change with what is there, so that browsers may keep it. */
export const STYLE_PATH = `/assets/style-${digest(STYLE)}.css`;
export const ICON_PATH = `/assets/icon-${digest(ICON)}.svg`;

export const showStyle = asset(STYLE, 'text/css; charset=utf-8');
export const showIcon = asset(ICON, 'image/svg+xml');

function asset(text: string, type: string): Handler {
  const answer = { status: 200, content: new Content(text, type), headers: NO_HEADERS };
  return () => answer;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
