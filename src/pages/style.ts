const LIGHT = `--page: #f6f7f9; --card: #fff; --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --edge: #8c959f; --accent: #1f5fbf;
  --on-accent: #fff; --bad: #b42318; --bad-back: #fef3f2; --good: #1a7f37; --good-back: #eefbf1; --focus: #0b57d0;`;
const DARK = `--page: #0f1216; --card: #171b21; --text: #e6eaf0; --soft: #9aa4b1; --line: #2c333d; --edge: #6b7684; --accent: #6aa5ff;
  --on-accent: #0b1220; --bad: #ff9d94; --bad-back: #2a1614; --good: #6ddc8b; --good-back: #12241a; --focus: #9cc2ff;`;

/** The style sheet of every page. Where the system has forced colours, those win: nothing is said by colour alone. */
export const STYLE = `:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
*, ::before, ::after { box-sizing: border-box; }
html { font: 1rem/1.5 system-ui, sans-serif; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere; }
h1, h2, p, ul { margin: 0; padding: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.125rem; line-height: 1.35; }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
header, main { width: 100%; max-width: 44rem; margin: 0 auto; padding: 1rem; }
.one main { max-width: 28rem; padding-top: clamp(1rem, 10vh, 5rem); }
.one header + main { padding-top: 2rem; }
.list header, .list main { max-width: 64rem; }
main, .card { display: grid; gap: 1.25rem; }
.card { align-content: start; gap: 1rem; padding: 1.5rem; border: 1px solid var(--line); border-radius: 12px; background: var(--card); }
.card > * { min-width: 0; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1.25rem; }
header .host { flex: 1; color: inherit; font-weight: 600; text-decoration: none; }
header a { padding: 0.625rem 0; }
nav { display: flex; flex-basis: 100%; gap: 1.25rem; border-bottom: 1px solid var(--line); }
nav a { margin-bottom: -1px; border-bottom: 3px solid transparent; font-weight: 600; text-decoration: none; }
nav a:hover, nav [aria-current] { border-color: currentcolor; }
form { display: grid; gap: 1rem; justify-items: start; }
.field, .pair { width: 100%; }
.field { display: grid; gap: 0.375rem; align-content: start; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr)); gap: 1rem; }
label { font-weight: 600; }
input { width: 100%; min-width: 0; min-height: 44px; padding: 0.5rem 0.75rem; border: 1px solid var(--edge); border-radius: 8px;
  background: var(--card); color: inherit; font: inherit; }
input[hidden] { display: none; }
input[readonly] { background: var(--page); font-size: 0.875rem; }
input[aria-invalid] { border: 2px solid var(--bad); }
button, .button { display: inline-block; min-height: 44px; padding: 0.5625rem 1.125rem; border: 1px solid var(--line); border-radius: 8px;
  background: var(--card); color: var(--accent); font: inherit; font-weight: 600; line-height: 1.5; text-align: center;
  text-decoration: none; overflow-wrap: break-word; cursor: pointer; }
button:hover, .button:hover { border-color: currentcolor; }
.main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
.main:hover { border-color: var(--text); text-decoration: underline; }
.one form > .main { width: 100%; }
.danger { border-color: currentcolor; color: var(--bad); }
.danger:hover, .list-of .danger:hover { border-color: currentcolor; background: var(--bad-back); }
.buttons { display: flex; flex-wrap: wrap; gap: 0.75rem; }
.soft, .hint, .wrong, .note { font-size: 0.9375rem; }
.soft, .hint, .note { color: var(--soft); }
.note { padding: 0 1.5rem; }
.wrong { color: var(--bad); }
.done, .refused { padding: 0.75rem 1rem; border: 1px solid var(--good); border-radius: 8px; background: var(--good-back); }
.refused { border: 2px solid var(--bad); background: var(--bad-back); }
.refused h2 { font-size: 1rem; color: var(--bad); }
.refused a { color: inherit; }
.tag { display: inline-block; padding: 0 0.5rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--soft);
  font-size: 0.8125rem; font-weight: 400; }
.good { border-color: var(--good); background: var(--good-back); color: var(--good); }
.list-of { list-style: none; }
.list-of:empty { display: none; }
.list-of .danger { border-color: var(--line); }
.list-of > li { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; padding: 0.875rem 0; border-top: 1px solid var(--line); }
.list-of > li:first-child { padding-top: 0; border-top: 0; }
.list-of > li:last-child { padding-bottom: 0; }
.list-of > li > div { flex: 1 1 16rem; min-width: 0; }
.list-of a { font-weight: 600; }
.above { display: flex; flex-wrap: wrap; align-items: end; justify-content: space-between; gap: 1rem; }
.above form { flex: 0 1 28rem; gap: 0.375rem; }
.joined { display: flex; gap: 0.5rem; width: 100%; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (forced-colors: active) { .main { border-width: 3px; } .refused, input[aria-invalid] { border-width: 4px; } }
`;
