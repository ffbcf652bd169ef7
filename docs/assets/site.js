// what assistive technology needs and the theme leaves out: names for landmarks, focus for scrolling code
const name = () => {
  document.querySelectorAll("nav[aria-labelledby]").forEach((nav) => {
    const title = nav.querySelector(":scope > .md-nav__title");
    nav.setAttribute("aria-label", title ? title.textContent.trim() : "Pages");
    nav.removeAttribute("aria-labelledby");
  });
  document.querySelectorAll(".md-search[role=dialog]").forEach((box) => {
    box.setAttribute("aria-label", "Search");
  });
  document.querySelectorAll(".md-code__nav:not([aria-label])").forEach((nav, n) => {
    nav.setAttribute("aria-label", "Code " + (nav.parentElement.id || n));
  });
  const scrolling = "pre code:not([tabindex]), .md-typeset__scrollwrap:not([tabindex])";
  document.querySelectorAll(scrolling).forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
  });
};
new MutationObserver(name).observe(document.documentElement, {
  childList: true, subtree: true, attributes: true, attributeFilter: ["tabindex"],
});
addEventListener("load", name);
