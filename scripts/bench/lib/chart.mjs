/** The main table as a bar chart: one SVG with no background, whose colours follow the reader's light or dark theme. */

const WIDTH = 760;
const LABEL_WIDTH = 270;
const VALUE_WIDTH = 130;
const ROW_HEIGHT = 30;
const BAR_HEIGHT = 18;
const TOP = 34;
const BOTTOM = 40;

const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #24292f; }
    .title { font-weight: 600; }
    .note { font-size: 11px; fill: #57606a; }
    .bare { fill: #8c959f; }
    .ours { fill: #0969da; }
    .peer { fill: #bf8700; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .note { fill: #8d96a0; }
      .bare { fill: #6e7681; }
      .ours { fill: #4493f8; }
      .peer { fill: #d29922; }
    }`;

/**
 * @param {object[]} rows of the main table
 * @param {string} note what they were taken on, below the bars
 * @returns {string} the SVG document
 */
export function drawChart(rows, note) {
  const sorted = [...rows].sort((a, b) => b.requestsPerSecond - a.requestsPerSecond);
  const longest = sorted[0].requestsPerSecond;
  const height = TOP + sorted.length * ROW_HEIGHT + BOTTOM;
  const summary = sorted.map((row) => `${row.name}: ${rate(row)}`).join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" \
role="img" aria-labelledby="title desc">
  <title id="title">Authenticated GET /api/v1/users/me, requests a second on one core</title>
  <desc id="desc">${escape(summary)}</desc>
  <style>${STYLE}
  </style>
  <text class="title" x="0" y="16">GET /api/v1/users/me with a session: requests a second, one core</text>
${sorted.map((row, index) => drawBar(row, TOP + index * ROW_HEIGHT, longest)).join('\n')}
  <text class="note" x="0" y="${height - 21}">${escape(note)}</text>
  <text class="note" x="0" y="${height - 6}">In brackets: of the bare server, in the same rounds.</text>
</svg>
`;
}

function drawBar(row, y, longest) {
  const width = Math.max(1, ((WIDTH - LABEL_WIDTH - VALUE_WIDTH) * row.requestsPerSecond) / longest);
  const { kind } = row;
  const middle = y + BAR_HEIGHT / 2 + 5;
  const ratio = kind === 'bare' ? '' : ` (${row.ratioToBare.toFixed(2)})`;
  return [
    `  <text x="${LABEL_WIDTH - 8}" y="${middle}" text-anchor="end">${escape(row.name)}</text>`,
    `  <rect class="${kind}" x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
    `  <text x="${(LABEL_WIDTH + width + 8).toFixed(1)}" y="${middle}">${rate(row)}${ratio}</text>`,
  ].join('\n');
}

function rate({ requestsPerSecond }) {
  return Math.round(requestsPerSecond).toLocaleString('en');
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
