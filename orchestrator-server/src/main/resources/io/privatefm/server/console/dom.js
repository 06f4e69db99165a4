// Elements are made here and nowhere else. Text becomes text: nothing that the service answers is read as HTML.

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element; attributes that are null, undefined or false are left out. */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function drawing(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

export function byId(id) {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`the page lacks #${id}`);
  }
  return found;
}

/** A button that looks like the text beside it. */
export function link(text, attributes, onClick) {
  const button = element('button', { type: 'button', class: 'link', ...attributes }, text);
  button.addEventListener('click', onClick);
  return button;
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (/^on|^style$/i.test(name)) {
      throw new Error(`${name} is not set here`);
    }
    if (value === true) {
      node.setAttribute(name, '');
    } else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, String(value));
    }
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
