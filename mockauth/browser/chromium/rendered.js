// What a person sees of a page, as HTML: after its scripts have run, shadow trees included.
// Gives {html, elements, invalid}; data-mockauth is the number of a control in elements.
() => {
  const VOID = new Set(["input", "br", "img", "hr", "wbr"]);
  const LEFT_OUT = new Set(["script", "style", "template", "noscript", "head", "link", "meta", "object", "embed", "video", "audio", "canvas"]);
  const SHORT = 80, MOST = 20000;
  const elements = [], loose = [], invalid = [];
  let nodes = 0;

  const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
  const attribute = (name, value) => ` ${name}="${escaped(String(value))}"`;
  const parentOf = (node) => node.assignedSlot || node.parentElement || (node.getRootNode().host ?? null);
  const around = (node, tag) => {
    for (let one = parentOf(node); one; one = parentOf(one)) if (one.localName === tag) return one;
    return null;
  };
  const shown = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) return false;
    const ticked = element.localName === "input" && ["checkbox", "radio"].includes(element.type);
    if (ticked) return true;
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && box.right + scrollX > 0 && box.bottom + scrollY > 0;
  };
  const inside = (node) => {
    if (node.localName === "slot") {
      const given = node.assignedNodes({ flatten: true });
      return given.length ? given : [...node.childNodes];
    }
    return [...(node.shadowRoot ?? node).childNodes];
  };
  const points = (element) => getComputedStyle(element).cursor === "pointer";
  const isButton = (element) => {
    if (element.localName === "button") return true;
    if (element.localName === "input") return ["submit", "image", "button"].includes(element.type);
    const text = element.textContent.trim();
    if (!text || text.length > SHORT || around(element, "button") || around(element, "label")) return false;
    if (element.getAttribute("role") === "button") return true;
    if (element.localName === "a") {
      const to = element.getAttribute("href");
      return to === null ? points(element) : /^(#|javascript:)/i.test(to.trim());
    }
    if (element.localName === "label" || around(element, "a")) return false;
    const outer = parentOf(element);
    return element.hasAttribute("onclick") || (points(element) && !(outer && points(outer)));
  };
  const submits = (element) =>
    (element.localName === "button" && element.type === "submit") ||
    (element.localName === "input" && ["submit", "image"].includes(element.type));
  const formOf = (element) => element.form ?? around(element, "form");
  const sending = new Map();
  const hasSubmit = (form) => {
    if (!sending.has(form)) {
      const own = [...form.elements, ...form.querySelectorAll("input[type=image]")];
      sending.set(form, own.some((one) => submits(one) && shown(one)));
    }
    return sending.get(form);
  };
  // The only form that is typed into and has no button: one that stands elsewhere sends it.
  const typed = (one) => one.localName === "input" && !["hidden", "checkbox", "radio"].includes(one.type) && shown(one);
  const unsent = [...document.forms].filter((one) => [...one.elements].some(typed) && !hasSubmit(one) &&
    ![...one.querySelectorAll("button, input, a, div, span")].some((inner) => isButton(inner) && shown(inner)));
  const lonely = unsent.length === 1 ? unsent[0] : null;
  const broken = (element) => {
    const state = element.validity;
    if (!element.willValidate || !state || state.valid || element.form?.noValidate) return "";
    if (state.valueMissing) return "required";
    if (state.typeMismatch) return `type=${element.type}`;
    if (state.patternMismatch) return `pattern=${element.pattern}`;
    if (state.tooShort) return `minlength=${element.minLength}`;
    return state.tooLong ? `maxlength=${element.maxLength}` : "a rule of its script";
  };

  const control = (element, button) => {
    const number = elements.push(element) - 1;
    const form = formOf(element);
    const promoted = button && !submits(element) && !(form && hasSubmit(form));
    const tag = button && !["button", "input"].includes(element.localName) ? "button" : element.localName;
    const type = element.localName === "input" ? element.type : "";
    let text = attribute("data-mockauth", number);
    if (broken(element)) invalid.push([element.name || element.id, broken(element)]);
    for (const { name, value } of element.attributes) {
      const computed = ["hidden", "disabled", "checked", "style", "form", "onclick", "inert", "name", "href", "type"];
      if (computed.includes(name) || (name === "value" && !button && tag === "input")) continue;
      text += attribute(name, value);
    }
    if (element.localName !== "a" || button) {
      const name = element.name || (button ? "" : element.id || `_${number}`);
      if (name) text += attribute("name", name);
    }
    if (tag === "a") text += attribute("href", element.href);
    if (type && !(promoted && type === "button")) text += attribute("type", type);
    if (type && promoted && type === "button") text += attribute("type", "submit");
    if (tag === "button" && !promoted) text += attribute("type", submits(element) ? "submit" : "button");
    if (tag === "input" && !button) {
      if (type === "checkbox" || type === "radio") text += attribute("value", element.value) + (element.checked ? " checked" : "");
      else if (type !== "password" && element.value) text += attribute("value", element.value);
    }
    if (!button && tag !== "a" && element.matches(":disabled")) text += " disabled";
    if (type !== "hidden" && !shown(element)) text += " hidden";
    if (tag !== "a") {
      if (!form && button && lonely) text += attribute("form", lonely.id || "mockauth-lonely");
      else if (!form) { loose.push(number); text += attribute("form", "mockauth-loose"); }
      else if (element.form && element.form !== around(element, "form")) text += attribute("form", element.form.id);
    }
    if (VOID.has(tag)) return `<${tag}${text}>`;
    if (tag === "textarea") return `<textarea${text}>${escaped(element.value)}</textarea>`;
    if (tag === "select") {
      const options = [...element.options].map((one) =>
        `<option value="${escaped(one.value)}"${one.selected ? " selected" : ""}${one.disabled ? " disabled" : ""}>${escaped(one.text)}</option>`);
      return `<select${text}>${options.join("")}</select>`;
    }
    return `<${tag}${text}>${inside(element).map(written).join("")}</${tag}>`;
  };

  const written = (node) => {
    if (++nodes > MOST) return "";
    if (node.nodeType === Node.TEXT_NODE) return escaped(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || LEFT_OUT.has(node.localName)) return "";
    const tag = node.localName;
    if (tag === "dialog" && !node.open) return "";
    if (["input", "select", "textarea"].includes(tag)) return control(node, isButton(node));
    if (tag === "svg" || tag === "iframe") {
      const label = node.getAttribute("aria-label") ?? node.getAttribute("title") ?? "";
      return node.checkVisibility() ? `<${tag}${attribute("aria-label", label)}></${tag}>` : "";
    }
    if (isButton(node)) return control(node, true);
    if (tag === "a") return control(node, false);
    let text = node === lonely && !node.id ? attribute("id", "mockauth-lonely") : "";
    for (const { name, value } of node.attributes)
      if (["id", "class", "for", "role", "name", "alt", "lang", "action", "method", "novalidate", "aria-label", "title"].includes(name)) text += attribute(name, value);
    if (!node.checkVisibility({ visibilityProperty: true }) && node.localName !== "label" && tag !== "body" && getComputedStyle(node).display !== "contents") text += " hidden";
    if (VOID.has(tag)) return `<${tag}${text}>`;
    const name = /^[a-z][a-z0-9-]*$/.test(tag) ? tag : "div";
    return `<${name}${text}>${inside(node).map(written).join("")}</${name}>`;
  };

  const body = document.body ? written(document.body) : "";
  const form = loose.length ? '<form id="mockauth-loose"></form>' : "";
  const html = `<!doctype html><html${attribute("lang", document.documentElement.lang)}><head><title>${escaped(document.title)}</title></head>${body}${form}</html>`;
  return { html, elements, invalid };
}
