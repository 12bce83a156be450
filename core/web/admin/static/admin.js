/* Comfort only: every page works without this file. */
(function (d) {
  "use strict";
  var all = function (selector, root) { return [].slice.call((root || d).querySelectorAll(selector)); };

  // Ctrl+K goes to the search box.
  d.addEventListener("keydown", function (e) {
    if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === "k") {
      var box = d.querySelector(".find input");
      if (box) { e.preventDefault(); box.focus(); box.select(); }
    }
    if (e.key === "Escape") { all("details.me[open],details.popover[open]").forEach(function (x) { x.open = false; }); }
  });
  d.addEventListener("click", function (e) {
    all("details.me[open],details.popover[open]").forEach(function (x) { if (!x.contains(e.target)) { x.open = false; } });
  });

  // A row of tabs or pills that is wider than the page shows the chosen one.
  all(".tabs,.pills").forEach(function (row) {
    var here = row.querySelector("[aria-current]");
    if (here && row.scrollWidth > row.clientWidth) { row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2; }
  });

  // Pickers that send their form at once.
  all("select[data-send]").forEach(function (x) {
    x.addEventListener("change", function () { if (x.form) { x.form.requestSubmit(); } });
  });

  // Select all, and the bar that shows how many are chosen.
  all("form[data-bulk]").forEach(function (form) {
    var boxes = all("input[name=pick]", form), head = form.querySelector("input[data-all]");
    var bar = form.querySelector(".bulk"), figure = bar && bar.querySelector("[data-count]");
    var show = function () {
      var n = boxes.filter(function (b) { return b.checked; }).length;
      if (bar) { bar.hidden = n === 0; }
      if (figure) { figure.textContent = n; }
      if (head) { head.checked = n > 0 && n === boxes.length; head.indeterminate = n > 0 && n < boxes.length; }
    };
    if (head) { head.closest("th").hidden = false; head.addEventListener("change", function () { boxes.forEach(function (b) { b.checked = head.checked; }); show(); }); }
    boxes.forEach(function (b) { b.addEventListener("change", show); });
    show();
  });

  // Unsaved changes: say so, and ask before leaving.
  all("form[data-guard]").forEach(function (form) {
    var bar = form.querySelector(".save-bar"), changed = false, sent = false;
    var mark = function () {
      if (changed) { return; }
      changed = true;
      if (bar) { bar.classList.add("changed"); var s = bar.querySelector(".state"); if (s) { s.textContent = s.dataset.changed; } }
    };
    if (form.querySelector("[aria-invalid]") || d.getElementById("refused")) { mark(); }
    form.addEventListener("input", mark);
    form.addEventListener("change", mark);
    form.addEventListener("submit", function () { sent = true; });
    window.addEventListener("beforeunload", function (e) { if (changed && !sent) { e.preventDefault(); } });
  });

  // What was refused comes first: the sentence, or the first field that is wrong.
  var wrong = d.querySelector("#refused,[aria-invalid=true]");
  if (wrong) { wrong.focus(); }

  // What opens at the end of a pane is seen.
  all("details.more>summary").forEach(function (x) {
    x.addEventListener("click", function () {
      setTimeout(function () { x.parentNode.scrollIntoView({ block: "nearest" }); });
    });
  });

  // A form is sent once.
  d.addEventListener("submit", function (e) {
    var form = e.target;
    if (form.method !== "post") { return; }
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 4000);
  });

  // Files: show what was chosen.
  all(".drop input[type=file]").forEach(function (input) {
    var drop = input.closest(".drop"), out = drop.querySelector("[data-chosen]");
    input.addEventListener("change", function () {
      if (out) { out.textContent = [].map.call(input.files, function (f) { return f.name; }).join(", "); }
    });
  });

  // Copy buttons.
  all("[data-copy]").forEach(function (button) {
    if (!navigator.clipboard) { return; }
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.dataset.copy).then(function () {
        button.setAttribute("aria-label", button.dataset.done || "OK");
        button.classList.add("done");
      });
    });
  });

  // Reading a chart: the nearest value to the pointer.
  var NS = "http://www.w3.org/2000/svg";
  all("figure[data-chart]").forEach(function (figure) {
    var points = JSON.parse(figure.dataset.chart), names = JSON.parse(figure.dataset.names);
    var svg = figure.querySelector("svg"), box = svg.viewBox.baseVal;
    if (!points.length) { return; }
    var out = d.createElement("div"); out.className = "read-out"; out.hidden = true; out.setAttribute("aria-hidden", "true");
    figure.appendChild(out);
    var ruler = d.createElementNS(NS, "line");
    ruler.setAttribute("class", "ruler"); ruler.setAttribute("y1", 10); ruler.setAttribute("y2", box.height - 26);
    var at = -1;
    var show = function (i) {
      if (i === at) { return; }
      at = i;
      var p = points[i];
      out.textContent = "";
      var when = d.createElement("em"); when.textContent = p.t; out.appendChild(when);
      p.v.forEach(function (value, k) {
        var label = d.createElement("span"); label.className = "legend series-" + (k + 1);
        label.appendChild(d.createElement("i")); label.appendChild(d.createTextNode(names[k]));
        var figureText = d.createElement("b"); figureText.textContent = value;
        out.appendChild(label); out.appendChild(figureText);
      });
      ruler.setAttribute("x1", p.x); ruler.setAttribute("x2", p.x);
      if (!ruler.parentNode) { svg.appendChild(ruler); }
      out.hidden = false;
      var share = p.x / box.width, width = figure.clientWidth;
      out.style.left = share > 0.55 ? "auto" : (share * width + 14) + "px";
      out.style.right = share > 0.55 ? ((1 - share) * width + 14) + "px" : "auto";
    };
    figure.addEventListener("pointermove", function (e) {
      var r = svg.getBoundingClientRect(), x = (e.clientX - r.left) / r.width * box.width, best = 0;
      points.forEach(function (p, i) { if (Math.abs(p.x - x) < Math.abs(points[best].x - x)) { best = i; } });
      show(best);
    });
    figure.addEventListener("pointerleave", function () { out.hidden = true; at = -1; if (ruler.parentNode) { svg.removeChild(ruler); } });
  });

  // Pages that watch running work look again by themselves.
  var watched = d.querySelector("[data-watch]");
  if (watched) { setTimeout(function () { location.reload(); }, Number(watched.dataset.watch) * 1000); }

  // Print at once where a page asks for it.
  all("button[data-print]").forEach(function (b) { b.hidden = false; b.addEventListener("click", function () { window.print(); }); });
})(document);
