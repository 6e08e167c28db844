// Opens a preview in a window as wide as a phone. Without this script the link opens it like any other page.

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-phone]");
  if (link && window.open(link.href, "", "popup,width=360,height=740")) event.preventDefault();
});
