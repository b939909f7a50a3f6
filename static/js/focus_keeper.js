// Some browsers lose the focus of a node that is moved; give it back, with its selection.

export function keepingFocus(act) {
  const focused = document.activeElement;
  if (!focused || focused === document.body) {
    act();
    return;
  }
  const selection = selectionOf(focused);
  act();
  if (focused === document.activeElement || !focused.isConnected) return;
  focused.focus({ preventScroll: true });
  if (selection) focused.setSelectionRange(...selection);
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
