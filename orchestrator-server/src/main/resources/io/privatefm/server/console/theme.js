// Light or dark: as the system has it, until somebody presses the button.

const dark = matchMedia('(prefers-color-scheme: dark)');

export function themeButton(button) {
  const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? 'dark' : 'light')) === 'dark';
  const label = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', isDark() ? 'Use light colours' : 'Use dark colours');
  };
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    label();
  });
  dark.addEventListener('change', label);
  label();
}
