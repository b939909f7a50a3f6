// Some browsers lose the focus of a node that is moved; give it back, with its selection.

export function keepingFocus(act) {
  const focused = document.activeElement;
  const selection = focused && selectionOf(focused);
  const [x, y] = [window.scrollX, window.scrollY];
  const anchor = focused?.getBoundingClientRect().top;
  act();
  if (!focused || focused === document.body || focused === document.activeElement) return;
  if (focused.isConnected) {
    focused.focus({ preventScroll: true });
    if (selection) focused.setSelectionRange(...selection);
  }
  if (anchor === undefined) window.scrollTo(x, y);
}

function selectionOf(element) {
  try {
    const { selectionStart, selectionEnd, selectionDirection } = element;
    return typeof selectionStart === "number"
      ? [selectionStart, selectionEnd, selectionDirection]
      : null;
  } catch {
    return null; // number and date fields have none, and some browsers say so by throwing
  }
}
