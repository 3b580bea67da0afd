/** Elements without markup: text stays text. */

/**
 * Makes an element. Properties that start with "on" are listeners, others attributes; true is an
 * attribute without value, and null and false are left out.
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) {
      made.addEventListener(key.slice(2), value);
    } else if (value !== null && value !== false) {
      made.setAttribute(key, value === true ? "" : value);
    }
  }
  made.append(...children);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** A picture of the page's own set. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** A button that shows a picture and has a name for everybody. */
export function iconButton(picture, label, onclick) {
  return element(
    "button",
    { type: "button", class: "icon-button", title: label, "aria-label": label, onclick },
    icon(picture),
  );
}

/** The element with this id. */
export function byId(id) {
  return document.getElementById(id);
}
