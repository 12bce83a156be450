/* The poster designer: drag, resize, snap, undo. Every value is a field of the form, so the page works without this file. */
(function (d) {
  "use strict";
  const form = d.querySelector("form[data-designer]");
  if (!form || !window.fetch || !window.ResizeObserver) { return; }
  const NS = "http://www.w3.org/2000/svg", SNAP = 7, KEPT = 200, CANVAS = ["canvas_width", "canvas_height"];
  const words = JSON.parse(form.dataset.words);
  const one = (s, r) => (r || form).querySelector(s);
  const all = (s, r) => Array.from((r || form).querySelectorAll(s));
  const svg = one("[data-canvas]"), art = one("[data-art]"), over = one("[data-over]"), stage = one("[data-stage]");
  const list = one("[data-list]"), panel = one("[data-panel]"), told = one("[data-told]"), where = one("[data-where]");
  const may = form.dataset.designer === "edit";
  const kept = {};
  let chosen = "", zoom = 1, isFitted = true, past = [], future = [], now = "", saved = "", former = null;

  /* ---- values: the form's fields are the only truth ---- */
  const field = (key, name) => form.elements[key ? key + "-" + name : name];
  const get = (key, name) => {
    const el = field(key, name);
    return !el ? "" : el.type === "checkbox" ? (el.checked ? "1" : "") : el.value;
  };
  const set = (key, name, value) => {
    const el = field(key, name);
    if (el && el.type === "checkbox") { el.checked = value === "1"; } else if (el) { el.value = value; }
  };
  const number = (key, name) => Math.round(Number(get(key, name))) || 0;
  const box = (key) => ({ x: number(key, "x"), y: number(key, "y"), w: number(key, "width"), h: number(key, "height") });
  const size = () => ({ w: Math.max(1, number("", "canvas_width")), h: Math.max(1, number("", "canvas_height")) });
  const order = () => all("[data-row]", list).map((row) => row.dataset.row);
  const fieldsOf = (key) => one("[data-fields='" + key + "']", panel);
  const rowOf = (key) => one("[data-row='" + key + "']", list);
  const isText = (key) => !!field(key, "size");
  const isSquare = (key) => /^(avatar|qr)$/.test(get(key, "kind"));
  const say = (text) => { told.textContent = ""; setTimeout(() => { told.textContent = text; }, 30); };
  const keep = () => all("[data-row]", list).forEach((row) => {
    kept[row.dataset.row] = { row: row, fields: fieldsOf(row.dataset.row) };
  });

  /* ---- canvas: pictures that the server painted, at the places that the fields say ---- */
  const make = (name, attributes, parent) => {
    const el = d.createElementNS(NS, name);
    Object.keys(attributes).forEach((a) => el.setAttribute(a, attributes[a]));
    if (parent) { parent.appendChild(el); }
    return el;
  };
  const at = (el, b) => { el.setAttribute("x", b.x); el.setAttribute("y", b.y); el.setAttribute("width", Math.max(1, b.w)); el.setAttribute("height", Math.max(1, b.h)); };
  const groupOf = (key) => one("[data-layer='" + key + "']", art);
  const LOOKS = ["kind", "width", "height", "text", "media", "fit", "size", "weight", "align", "max_lines", "strike", "colour", "radius"];
  const address = (key) => {
    const query = new URLSearchParams();
    LOOKS.forEach((name) => { const value = get(key, name); if (value) { query.set(name, value); } });
    query.set("sample", get("", "sample"));
    return form.dataset.layerUrl + "?" + query;
  };
  const draw = (key) => {
    const b = box(key);
    let g = groupOf(key);
    if (!g) {
      g = make("g", { "data-layer": key }, art);
      make("image", { preserveAspectRatio: "none" }, g);
      make("rect", { "class": "hit" }, g);
    }
    g.setAttribute("display", get(key, "hidden") ? "none" : "inline");
    g.setAttribute("opacity", Math.min(100, Math.max(0, number(key, "opacity"))) / 100);
    g.classList.toggle("locked", !!get(key, "locked"));
    g.classList.toggle("chosen", key === chosen);
    at(one("rect", g), b);
    const painted = isText(key) && g.painted;
    at(one("image", g), painted ? { x: b.x, y: b.y, w: painted.w, h: painted.h } : b);
    want(key, g, b);
    const row = rowOf(key);
    row.classList.toggle("off", !!get(key, "hidden"));
  };
  const want = (key, g, b) => {
    const url = address(key);
    if (url === g.wanted || b.w < 1 || b.h < 1) { return; }
    g.wanted = url;
    clearTimeout(g.timer);
    g.timer = setTimeout(() => {
      const picture = new Image();
      picture.onload = () => {
        if (g.wanted !== url || !g.parentNode) { return; }
        one("image", g).setAttribute("href", url);
        g.painted = { w: b.w, h: b.h };
        draw(key);
      };
      picture.src = url;
    }, g.painted ? 90 : 0);
  };
  const arrange = () => {
    const keys = order();
    all("[data-layer]", art).forEach((g) => { if (!keys.includes(g.dataset.layer)) { g.remove(); } });
    keys.slice().reverse().forEach((key) => { draw(key); art.appendChild(groupOf(key)); });
    const s = size(), preset = one("[data-preset]"), known = Array.from(preset.options).map((o) => o.value);
    preset.value = known.includes(s.w + "x" + s.h) ? s.w + "x" + s.h : "";
    svg.setAttribute("viewBox", "0 0 " + s.w + " " + s.h);
    const ground = one("[data-ground]"), picture = one("[data-ground-picture]");
    ground.setAttribute("fill", get("", "background"));
    [ground, picture].forEach((el) => at(el, { x: 0, y: 0, w: s.w, h: s.h }));
    const media = get("", "background_media");
    const query = new URLSearchParams({ kind: "image", width: s.w, height: s.h, media: media, fit: "cover", radius: "0", sample: "" });
    picture.setAttribute("display", media ? "inline" : "none");
    if (media) { picture.setAttribute("href", form.dataset.layerUrl + "?" + query); }
    scale();
  };

  /* ---- zoom ---- */
  const scale = () => {
    const s = size(), room = stage.getBoundingClientRect();
    if (isFitted) { zoom = Math.max(0.1, Math.min((room.width - 48) / s.w, (room.height - 48) / s.h, 2)); }
    svg.setAttribute("width", Math.round(s.w * zoom));
    svg.setAttribute("height", Math.round(s.h * zoom));
    const shown = one("[data-zoom-shown]");
    if (shown) { shown.textContent = Math.round(zoom * 100) + "%"; }
    frame();
  };
  const zoomTo = (z) => { isFitted = false; zoom = Math.max(0.1, Math.min(4, z)); scale(); };

  /* ---- frame with handles, and guide lines ---- */
  const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
  const grab = make("rect", { "class": "frame", "data-grab": "" }, over);
  const dots = HANDLES.map((dir) => {
    const g = make("g", { "data-handle": dir }, over);
    return { dir: dir, hit: make("rect", { "class": "reach" }, g), dot: make("rect", { "class": "dot" }, g) };
  });
  const isFinger = window.matchMedia("(pointer: coarse)").matches;
  const reach = (b) => (isFinger ? Math.max(22, Math.min(44, Math.min(b.w, b.h) * zoom / 2)) : 22);
  const guides = make("g", { "class": "guides" }, over);
  const frame = () => {
    const key = chosen;
    over.setAttribute("display", key ? "inline" : "none");
    if (!key) { where.textContent = ""; return; }
    const b = box(key), isLocked = !may || !!get(key, "locked"), p = 1 / zoom, r = reach(b);
    at(grab, b);
    grab.classList.toggle("locked", isLocked);
    grab.setAttribute("stroke-width", 1.5 * p);
    dots.forEach((each) => {
      const x = b.x + (each.dir.includes("w") ? 0 : each.dir.includes("e") ? b.w : b.w / 2);
      const y = b.y + (each.dir.includes("n") ? 0 : each.dir.includes("s") ? b.h : b.h / 2);
      const isSide = each.dir.length === 1, room = each.dir === "n" || each.dir === "s" ? b.w : b.h;
      each.hit.parentNode.setAttribute("display", isLocked || (isSide && room * zoom < 2 * r) ? "none" : "inline");
      at(each.hit, { x: x - r / 2 * p, y: y - r / 2 * p, w: r * p, h: r * p });
      at(each.dot, { x: x - 4.5 * p, y: y - 4.5 * p, w: 9 * p, h: 9 * p });
      each.dot.setAttribute("stroke-width", 1.5 * p);
      each.dot.setAttribute("rx", 2 * p);
    });
    where.textContent = "x " + b.x + "  y " + b.y + "  " + b.w + " × " + b.h;
  };
  const guide = (found) => {
    guides.textContent = "";
    const s = size(), more = { "stroke-width": 1 / zoom };
    if (found.x !== null) { make("line", { x1: found.x, x2: found.x, y1: 0, y2: s.h, ...more }, guides); }
    if (found.y !== null) { make("line", { x1: 0, x2: s.w, y1: found.y, y2: found.y, ...more }, guides); }
  };

  /* ---- choosing ---- */
  const reveal = (row) => {  // within the list alone: the page stays where the canvas is
    const r = row.getBoundingClientRect(), l = list.getBoundingClientRect();
    list.scrollTop += Math.min(0, r.top - l.top) + Math.max(0, r.bottom - l.bottom);
  };
  const choose = (key, isQuiet) => {
    if (key && !rowOf(key)) { key = ""; }
    const before = chosen;
    chosen = key;
    all("[data-row]", list).forEach((row) => {
      const is = row.dataset.row === key;
      row.classList.toggle("chosen", is);
      one("[data-pick]", row).setAttribute("aria-current", is ? "true" : "false");
      if (is && !isQuiet) { reveal(row); }
    });
    all("[data-fields]", panel).forEach((el) => el.classList.toggle("chosen", el.dataset.fields === (key || "canvas")));
    [before, key].forEach((each) => { if (each && rowOf(each)) { draw(each); } });
    frame();
  };

  /* ---- history ---- */
  const state = () => JSON.stringify({
    keys: order(),
    pairs: Array.from(new FormData(form)).filter((pair) => typeof pair[1] === "string" && !/^(layer|revision|base|sample)$/.test(pair[0])),
  });
  const bar = one("[data-state]"), undoButton = one("[data-undo]"), redoButton = one("[data-redo]");
  const tell = () => {
    if (undoButton) { undoButton.disabled = !past.length; redoButton.disabled = !future.length; }
    if (bar) {
      const is = now !== saved;
      bar.textContent = is ? bar.dataset.changed : bar.dataset.same;
      bar.closest(".save-bar").classList.toggle("changed", is);
    }
  };
  const commit = () => {
    const next = state();
    if (next === now) { return; }
    past.push(now);
    if (past.length > KEPT) { past.shift(); }
    future = []; now = next; former = null;
    tell(); soon();
  };
  const restore = (text) => {
    const wanted = JSON.parse(text), values = new Map(wanted.pairs);
    keep();
    order().filter((key) => !wanted.keys.includes(key)).forEach((key) => { kept[key].row.remove(); kept[key].fields.remove(); });
    wanted.keys.forEach((key) => { list.appendChild(kept[key].row); panel.appendChild(kept[key].fields); });
    Array.from(form.elements).forEach((el) => {
      if (!el.name || el.type === "file" || el.tagName === "BUTTON" || /^(layer|revision|base|sample|do)$/.test(el.name)) { return; }
      if (el.type === "checkbox" || el.type === "radio") { el.checked = values.get(el.name) === el.value; } else { el.value = values.has(el.name) ? values.get(el.name) : ""; }
    });
    all("[data-row]", list).forEach((row) => label(row.dataset.row));
    all("input[data-swatch]").forEach(swatch);
    now = text; former = null;
    arrange(); choose(chosen, true); tell(); soon();
  };
  const undo = () => { commit(); if (past.length) { future.push(now); restore(past.pop()); say(words.undone); } };
  const redo = () => { commit(); if (future.length) { past.push(now); restore(future.pop()); say(words.redone); } };

  /* ---- what can be done with a layer ---- */
  const label = (key) => {
    const name = get(key, "name");
    all("[data-name]", rowOf(key)).concat(all("[data-name]", fieldsOf(key))).forEach((el) => { el.textContent = name; });
  };
  const freeName = (key) => {
    const name = get(key, "name"), stem = name.replace(/ \d+$/, "");
    const taken = order().filter((other) => other !== key).map((other) => get(other, "name"));
    let n = 1, next = name;
    while (taken.includes(next)) { n += 1; next = stem + " " + n; }
    return next;
  };
  const put = (key, b) => { set(key, "x", b.x); set(key, "y", b.y); set(key, "width", b.w); set(key, "height", b.h); draw(key); if (key === chosen) { frame(); } };
  const add = (kind, source) => {
    if (kind === "qr" && order().some((each) => get(each, "kind") === "qr")) { say(words.one_code); choose(order().find((each) => get(each, "kind") === "qr")); return; }
    const key = "n" + Math.floor(Math.random() * 1e12).toString(36).slice(0, 9);
    const holder = d.createElement("div");
    holder.appendChild(d.querySelector("template[data-kind='" + kind + "']").content.cloneNode(true));
    holder.innerHTML = holder.innerHTML.replace(/__key__/g, key);
    const row = one("[data-row]", holder), fields = one("[data-fields]", holder), after = chosen && rowOf(chosen);
    list.insertBefore(row, after || list.firstChild);
    panel.appendChild(fields);
    if (source) {
      all("[name^='" + source + "-']", panel).forEach((el) => {
        const name = el.name.slice(source.length + 1);
        if (el.type !== "file") { set(key, name, get(source, name)); }
      });
      put(key, { ...box(key), x: box(key).x + 24, y: box(key).y + 24 });
    } else {
      const s = size(), b = box(key), k = s.w / 750;
      const w = Math.min(s.w, Math.round(b.w * k)), h = Math.min(s.h, Math.round(b.h * k));
      ["size", "radius"].forEach((name) => set(key, name, Math.round(number(key, name) * k)));
      put(key, { x: Math.round((s.w - w) / 2), y: Math.round((s.h - h) / 2), w: w, h: h });
    }
    set(key, "name", freeName(key));
    label(key); wire(row); wire(fields); keep(); arrange(); choose(key); commit();
    say(words.added.replace("{}", get(key, "name")));
    return key;
  };
  const drop = (key) => {
    keep();
    const keys = order(), next = keys[keys.indexOf(key) + 1] || keys[keys.indexOf(key) - 1] || "";
    say(words.removed.replace("{}", get(key, "name")));
    kept[key].row.remove(); kept[key].fields.remove();
    arrange(); choose(next); commit();
    svg.focus({ preventScroll: true });
  };
  const shift = (key, step) => {
    const row = rowOf(key), other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) { return; }
    if (step < 0) { list.insertBefore(row, other); } else { list.insertBefore(other, row); }
    arrange(); commit();
  };
  const align = (key, to) => {
    const b = box(key), s = size();
    if (to === "left") { b.x = 0; } else if (to === "right") { b.x = s.w - b.w; } else if (to === "center") { b.x = Math.round((s.w - b.w) / 2); }
    if (to === "top") { b.y = 0; } else if (to === "bottom") { b.y = s.h - b.h; } else if (to === "middle") { b.y = Math.round((s.h - b.h) / 2); }
    put(key, b); commit();
  };
  /* Boxes go with the canvas; letters, corners, portraits and codes keep their shape. ``former``: how all was
     before the canvas changed, so that a width and then a height are one change, and the tick can be taken back. */
  const resize = () => {
    former = former || new Map(JSON.parse(now).pairs);
    if (CANVAS.every((name) => field("", name).validity.valid)) {
      const s = size(), isScaled = one("[data-scale]").checked;
      const kx = isScaled ? s.w / former.get(CANVAS[0]) : 1, ky = isScaled ? s.h / former.get(CANVAS[1]) : 1;
      order().forEach((key) => scaleLayer(key, kx, ky));
    }
    arrange(); frame();
  };
  const scaleLayer = (key, kx, ky) => {
    const old = (name) => Number(former.get(key + "-" + name)), k = Math.min(kx, ky);
    const w = old("width") * (isSquare(key) ? k : kx), h = old("height") * (isSquare(key) ? k : ky);
    const values = {
      x: (old("x") + old("width") / 2) * kx - w / 2, y: (old("y") + old("height") / 2) * ky - h / 2,
      width: Math.max(1, w), height: Math.max(1, h), radius: old("radius") * k, size: Math.max(10, old("size") * k),
    };
    Object.keys(values).forEach((name) => set(key, name, Math.round(values[name])));
  };
  const acts = { up: (k) => shift(k, -1), down: (k) => shift(k, 1), copy: (k) => add(get(k, "kind"), k), drop: drop };

  /* ---- dragging ---- */
  const point = (e) => { const p = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse()); return { x: p.x, y: p.y }; };
  const linesAround = (key) => {
    const s = size(), lines = { x: [0, s.w / 2, s.w], y: [0, s.h / 2, s.h] };
    order().forEach((other) => {
      if (other === key || get(other, "hidden")) { return; }
      const b = box(other);
      lines.x.push(b.x, b.x + b.w / 2, b.x + b.w);
      lines.y.push(b.y, b.y + b.h / 2, b.y + b.h);
    });
    return lines;
  };
  const pull = (edges, lines) => {
    let best = null;
    edges.forEach((edge) => lines.forEach((line) => {
      const far = Math.abs(line - edge);
      if (far * zoom <= SNAP && (!best || far < best.far)) { best = { far: far, by: line - edge, line: line }; }
    }));
    return best;
  };
  let drag = null;
  const topAt = (e) => {
    const g = d.elementsFromPoint(e.clientX, e.clientY).map((el) => el.closest("[data-layer]")).find((el) => el && !el.classList.contains("locked"));
    return g ? g.dataset.layer : "";
  };
  svg.addEventListener("pointerdown", (e) => {
    if (e.button || drag) { return; }
    const handle = e.target.closest("[data-handle]"), onFrame = e.target.closest("[data-grab]");
    const key = handle || onFrame ? chosen : topAt(e), wasChosen = key === chosen;
    svg.classList.add("touched");
    svg.focus({ preventScroll: true });
    if (!wasChosen) { choose(key); }
    if (!key || !may || get(key, "locked") || (e.pointerType === "touch" && !wasChosen)) { return; }
    e.preventDefault();
    drag = { key: key, dir: handle ? handle.dataset.handle : "", from: point(e), box: box(key), lines: linesAround(key), isMoved: false, wasChosen: wasChosen };
    svg.setPointerCapture(e.pointerId);
  });
  /* So much of a layer stays on the canvas that it can be seen and grabbed again. */
  const LEFT_OVER = 24;
  const within = (b) => {
    const s = size(), x = Math.min(LEFT_OVER, b.w), y = Math.min(LEFT_OVER, b.h);
    return { ...b, x: Math.max(x - b.w, Math.min(s.w - x, b.x)), y: Math.max(y - b.h, Math.min(s.h - y, b.y)) };
  };
  const moved = (e, b, dx, dy) => {
    if (e.shiftKey) { if (Math.abs(dx) > Math.abs(dy)) { dy = 0; } else { dx = 0; } }
    const next = within({ ...b, x: Math.round(b.x + dx), y: Math.round(b.y + dy) }), found = { x: null, y: null };
    if (!e.altKey) {
      const px = pull([next.x, next.x + b.w / 2, next.x + b.w], drag.lines.x), py = pull([next.y, next.y + b.h / 2, next.y + b.h], drag.lines.y);
      if (px) { next.x = Math.round(next.x + px.by); found.x = px.line; }
      if (py) { next.y = Math.round(next.y + py.by); found.y = py.line; }
    }
    guide(found);
    return next;
  };
  const resized = (e, b, dx, dy) => {
    const dir = drag.dir, found = { x: null, y: null };
    const isKept = isSquare(drag.key) || (e.shiftKey && dir.length === 2);
    let x1 = b.x, y1 = b.y, x2 = b.x + b.w, y2 = b.y + b.h;
    const snap = (value, axis) => {
      const p = e.altKey ? null : pull([value], drag.lines[axis]);
      if (p) { found[axis] = p.line; }
      return Math.round(p ? p.line : value);
    };
    if (dir.includes("w")) { x1 = Math.min(x2 - 8, snap(x1 + dx, "x")); }
    if (dir.includes("e")) { x2 = Math.max(x1 + 8, snap(x2 + dx, "x")); }
    if (dir.includes("n")) { y1 = Math.min(y2 - 8, snap(y1 + dy, "y")); }
    if (dir.includes("s")) { y2 = Math.max(y1 + 8, snap(y2 + dy, "y")); }
    if (isKept) {
      const ratio = b.h / b.w, isTall = dir === "n" || dir === "s";
      const w = isTall ? Math.round((y2 - y1) / ratio) : x2 - x1, h = Math.round(w * ratio);
      if (dir.includes("w")) { x1 = x2 - w; } else { x2 = x1 + w; }
      if (dir.includes("n")) { y1 = y2 - h; } else { y2 = y1 + h; }
      if (dir !== "e" && dir !== "w") { found.y = null; }
    }
    guide(found);
    return { x: x1, y: y1, w: x2 - x1, h: y2 - y1 };
  };
  svg.addEventListener("pointermove", (e) => {
    if (!drag) { return; }
    const p = point(e), dx = p.x - drag.from.x, dy = p.y - drag.from.y;
    if (!drag.isMoved && Math.hypot(dx, dy) * zoom < 3) { return; }
    drag.isMoved = true;
    svg.classList.add("dragging");
    put(drag.key, drag.dir ? resized(e, drag.box, dx, dy) : moved(e, drag.box, dx, dy));
  });
  const letGo = (e) => {
    if (!drag) { return; }
    const was = drag;
    drag = null;
    svg.classList.remove("dragging");
    guides.textContent = "";
    if (e.type === "pointercancel") { put(was.key, was.box); return; }
    if (!was.isMoved) { if (was.wasChosen && !was.dir) { choose(topAt(e) || was.key); } return; }
    commit();
  };
  svg.addEventListener("pointerup", letGo);
  svg.addEventListener("pointercancel", letGo);

  /* ---- keys ---- */
  let nudging = 0;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  form.addEventListener("keydown", (e) => {
    svg.classList.remove("touched");
    const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) && !/^(checkbox|radio|button)$/.test(e.target.type);
    const isOurs = e.target === svg || e.target.closest("[data-pick]");
    const held = e.ctrlKey || e.metaKey, letter = e.key.toLowerCase();
    if (held && letter === "s") { e.preventDefault(); save(); return; }
    if (isTyping || !may) { return; }
    if (held && letter === "z") { e.preventDefault(); (e.shiftKey ? redo : undo)(); return; }
    if (held && letter === "y") { e.preventDefault(); redo(); return; }
    if (!isOurs || !chosen) { return; }
    if (e.key === "Escape") { choose(""); return; }
    if (held && letter === "d") { e.preventDefault(); acts.copy(chosen); return; }
    if (held && (letter === "]" || letter === "[")) { e.preventDefault(); shift(chosen, letter === "]" ? -1 : 1); return; }
    if (get(chosen, "locked")) { return; }
    if (e.key === "Delete" || e.key === "Backspace") { e.preventDefault(); drop(chosen); return; }
    const step = ARROWS[e.key];
    if (step && !held) {
      e.preventDefault();
      const b = box(chosen), by = e.shiftKey ? 10 : 1;
      put(chosen, within({ ...b, x: b.x + step[0] * by, y: b.y + step[1] * by }));
      clearTimeout(nudging);
      nudging = setTimeout(() => { commit(); say(where.textContent); }, 350);
    }
  });

  /* ---- fields ---- */
  const swatch = (el) => { const text = form.elements[el.dataset.swatch]; if (text && /^#[0-9a-f]{6}$/i.test(text.value)) { el.value = text.value.toLowerCase(); } };
  const wire = (root) => { all("[data-script]", root).forEach((el) => { el.hidden = false; }); all("[data-noscript]", root).forEach((el) => { el.hidden = true; }); all("input[data-swatch]", root).forEach(swatch); if (root.matches("[data-row]")) { root.draggable = may; } };
  form.addEventListener("input", (e) => {
    const el = e.target, name = el.name || el.dataset.swatch || "";
    if (el.dataset.swatch) { form.elements[el.dataset.swatch].value = el.value.toUpperCase(); }
    const swatchOf = one("input[data-swatch='" + name + "']");
    if (swatchOf && swatchOf !== el) { swatch(swatchOf); }
    const key = name.split("-")[0];
    if (name.includes("-") && rowOf(key)) {
      if (name.endsWith("-name")) { label(key); }
      draw(key); frame();
    } else if (CANVAS.includes(name)) { resize(); } else if (/^(background|sample)/.test(name)) { arrange(); }
  });
  form.addEventListener("change", (e) => {
    if (e.target.type === "file") { upload(e.target); return; }
    if (e.target.matches("[data-preset]")) {
      const pair = e.target.value.split("x");
      if (pair.length === 2) { CANVAS.forEach((name, n) => set("", name, pair[n])); }
    }
    if (e.target.matches("[data-preset],[data-scale]")) { resize(); }
    const was = e.target.closest("[data-canvas-size]") ? former : null;
    commit();
    former = was;
  });
  form.addEventListener("click", (e) => {
    const el = e.target.closest("button,a,[data-open-variant]");
    if (!el || !form.contains(el)) { return; }
    const data = el.dataset;
    const does = (what) => { e.preventDefault(); what(); };
    if ("pick" in data) { does(() => { choose(el.closest("[data-row]").dataset.row, true); if (e.detail) { svg.focus({ preventScroll: true }); } }); }
    else if (data.act) { does(() => acts[data.act](data.key)); }
    else if (data.add) { does(() => { el.closest("details").open = false; add(data.add); svg.focus({ preventScroll: true }); }); }
    else if (data.align) { does(() => align(data.key, data.align)); }
    else if (data.zoom) { does(() => { if (data.zoom === "fit") { isFitted = true; scale(); } else { zoomTo(data.zoom === "one" ? 1 : zoom * Number(data.zoom)); } }); }
    else if ("undo" in data) { does(undo); }
    else if ("redo" in data) { does(redo); }
    else if (data.choose) { does(() => { choose(data.choose); svg.focus(); }); }
    else if (data.place) { does(() => insert(field(data.key, "text"), "{" + data.place + "}")); }
    else if (data.library) { does(() => openLibrary(data.library)); }
    else if ("openVariant" in data) { does(() => enlarge(el)); }
    else if ("save" in data) { does(save); }
    else if (el.type === "submit") { leaving = true; }
  });
  const insert = (area, text) => {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
    commit();
  };

  /* ---- reorder by dragging rows ---- */
  let carried = null;
  list.addEventListener("dragstart", (e) => { carried = e.target.closest("[data-row]"); e.dataTransfer.effectAllowed = "move"; e.dataTransfer.setData("text/plain", ""); });
  list.addEventListener("dragover", (e) => {
    const row = e.target.closest("[data-row]");
    if (!carried || !row) { return; }
    e.preventDefault();
    const r = row.getBoundingClientRect();
    if (row !== carried) { list.insertBefore(carried, e.clientY < r.top + r.height / 2 ? row : row.nextElementSibling); }
  });
  list.addEventListener("dragend", () => { if (carried) { carried = null; arrange(); commit(); } });

  /* ---- pictures ---- */
  const takePicture = (name, id, title) => {
    const el = form.elements[name];
    if (!Array.from(el.options).some((o) => o.value === id)) { el.add(new Option(title, id)); }
    el.value = id;
    el.dispatchEvent(new Event("input", { bubbles: true }));
    commit();
  };
  const upload = (input) => {
    if (!input.files.length) { return; }
    const body = new FormData(), note = one("[data-upload-note]", input.closest("[data-upload]"));
    body.append("file", input.files[0]);
    note.textContent = words.uploading;
    fetch(form.dataset.pictureUrl, { method: "POST", body: body, credentials: "same-origin" })
      .then((answer) => answer.json())
      .then((found) => {
        note.textContent = found.error || words.uploaded;
        if (found.id) { input.value = ""; takePicture(input.dataset.into, found.id, found.name); }
      })
      .catch(() => { note.textContent = words.failed; });
  };
  const dialog = d.querySelector("dialog[data-library-dialog]");
  const openLibrary = (into) => {
    dialog.dataset.into = into;
    const shelf = one("[data-shelf]", dialog);
    if (!shelf.dataset.filled) {
      fetch(form.dataset.pictureUrl, { credentials: "same-origin" }).then((a) => a.text()).then((page) => {
        shelf.replaceChildren(...new DOMParser().parseFromString(page, "text/html").body.childNodes);
        shelf.dataset.filled = "1";
      });
    }
    dialog.showModal();
  };
  d.addEventListener("click", (e) => {
    const el = e.target.closest("[data-picture],[data-close]");
    if (!el) { return; }
    if (el.dataset.picture) { takePicture(dialog.dataset.into, el.dataset.picture, el.title || words.picture); }
    el.closest("dialog").close();
  });
  const big = d.querySelector("dialog[data-variant-dialog]");
  const enlarge = (el) => { const image = one("img", big); image.src = one("img", el).src; image.alt = one("img", el).alt; one("[data-caption]", big).textContent = one("img", el).alt; big.showModal(); };

  /* ---- what the server says: problems, and how it looks for all kinds of people ---- */
  let timer = 0, running = null, leaving = false;
  const body = (what) => {
    const fields = new FormData(form);
    Array.from(fields.keys()).forEach((name) => { if (fields.get(name) instanceof File) { fields.delete(name); } });
    fields.set("do", what);
    return fields;
  };
  const parts = (page) => {
    const fresh = new DOMParser().parseFromString(page, "text/html");
    all("[data-part]").forEach((old) => {
      const found = fresh.querySelector("[data-part='" + old.dataset.part + "']");
      if (found) { old.replaceWith(d.importNode(found, true)); }
    });
    return fresh;
  };
  const ask = () => {
    if (!may) { return; }
    if (running) { running.abort(); }
    const mine = running = new AbortController(), strip = one("[data-strip]");
    const fields = body("look");
    if (strip && strip.open) { fields.set("strip", "1"); strip.classList.add("waiting"); }
    fetch(form.action, { method: "POST", body: fields, signal: mine.signal, credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.text() : "")).then((page) => { if (page) { parts(page); } }).catch(() => {})
      .then(() => { if (running === mine) { running = null; if (strip) { strip.classList.remove("waiting"); } } });
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(ask, 600); };
  const save = () => {
    if (!may) { return; }
    commit();
    const button = one("[data-save]"), sent = now;
    button.disabled = true;
    fetch(form.action, { method: "POST", body: body("save"), credentials: "same-origin" }).then((answer) => {
      if (!answer.ok) { throw new Error(answer.status); }
      return answer.text();
    }).then((page) => {
      const fresh = parts(page);
      ["revision", "base"].forEach((name) => { form.elements[name].value = fresh.querySelector("form[data-designer] [name=" + name + "]").value; });
      saved = sent; button.disabled = false;
      bar.dataset.same = words.saved;
      tell(); say(words.saved);
    }).catch(() => { leaving = true; button.disabled = false; button.removeAttribute("data-save"); button.click(); });
  };
  window.addEventListener("beforeunload", (e) => { if (may && state() !== saved && !leaving) { e.preventDefault(); } });
  form.addEventListener("toggle", (e) => { if (e.target.matches("[data-strip]") && e.target.open) { ask(); } }, true);

  /* ---- start ---- */
  form.classList.add("live");
  all("[data-script]").concat(Array.from(d.querySelectorAll("[data-script]"))).forEach((el) => { el.hidden = false; });
  all("[data-noscript]").forEach((el) => { el.hidden = true; });
  all("[data-row]", list).forEach(wire);
  all("input[data-swatch]").forEach(swatch);
  svg.setAttribute("tabindex", "0");
  all("[data-layer]", art).forEach((g) => { const b = box(g.dataset.layer); g.painted = { w: b.w, h: b.h }; g.wanted = address(g.dataset.layer); });
  keep(); arrange(); choose(one("[data-fields].wrong") ? one("[data-fields].wrong").dataset.fields : form.dataset.start || location.hash.replace("#fields-", ""), true);
  now = state(); saved = form.dataset.unsaved ? "" : now;
  tell();
  new ResizeObserver(() => { if (isFitted) { scale(); } }).observe(stage);
})(document);
