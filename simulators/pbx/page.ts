/** The page that shows the phones, and lets a person change them by hand. */
export const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Simulated phone system</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.4 system-ui, sans-serif }
  body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
  table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .4rem; border-bottom: 1px solid #8886 }
  .on { font-weight: 600 } input { width: 8rem }
</style>
<h1>Simulated phone system</h1>
<p id="started" role="status"></p>
<table><thead><tr><th>Extension</th><th>Calls go to</th><th>By hand</th></tr></thead><tbody id="phones"></tbody></table>
<script>
  const phones = document.getElementById('phones');
  async function hand(extension, state) {
    await fetch('/hand/' + encodeURIComponent(extension), { method: 'POST', body: JSON.stringify(state) });
    await show();
  }
  function row(extension) {
    const tr = phones.insertRow();
    tr.id = 'phone-' + extension;
    tr.insertCell().textContent = extension;
    tr.insertCell();
    const cell = tr.insertCell();
    const target = Object.assign(document.createElement('input'), { ariaLabel: 'Forward ' + extension + ' to' });
    const set = Object.assign(document.createElement('button'), { textContent: 'Forward' });
    const clear = Object.assign(document.createElement('button'), { textContent: 'Clear' });
    set.onclick = () => hand(extension, { mode: 'always', target: target.value });
    clear.onclick = () => hand(extension, { mode: 'off', target: null });
    cell.append(target, ' ', set, ' ', clear);
    return tr;
  }
  async function show() {
    const { startedAt, phones: all } = await (await fetch('/hand')).json();
    document.getElementById('started').textContent = 'Started ' + startedAt;
    for (const { extension, mode, target } of all) {
      const tr = document.getElementById('phone-' + extension) ?? row(extension);
      tr.cells[1].textContent = mode === 'off' ? 'the phone' : mode === 'dnd' ? 'nowhere (do not disturb)' : target;
      tr.cells[1].className = mode === 'off' ? '' : 'on';
    }
  }
  setInterval(() => show().catch(() => {}), 1000);
  show();
</script>
`;
