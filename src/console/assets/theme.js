// Loaded before the page is drawn, so that it is drawn once in the right colours.
const kept = localStorage.getItem('theme');
if (kept === 'light' || kept === 'dark') document.documentElement.dataset['theme'] = kept;

document.addEventListener('DOMContentLoaded', () => {
  const button = document.querySelector('#theme');
  if (!(button instanceof HTMLButtonElement)) return;
  const isDark = () =>
    (document.documentElement.dataset['theme'] ??
      (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const show = () => button.setAttribute('aria-pressed', String(isDark()));
  button.addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = theme;
    localStorage.setItem('theme', theme);
    show();
  });
  show();
});
