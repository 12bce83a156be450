/* Comfort only: the calculator works itself out anew while somebody types. */
(function (d) {
  "use strict";
  d.querySelectorAll("form[data-live]").forEach(function (form) {
    var timer = 0, running = null;
    var out = function () { return form.querySelector("[data-result]"); };
    var button = form.querySelector("[data-live-button]");
    if (!out() || !window.fetch || !window.DOMParser || !window.AbortController) { return; }
    if (button) { button.hidden = true; }

    var show = function (page) {
      var fresh = new DOMParser().parseFromString(page, "text/html");
      form.querySelectorAll("[data-part]").forEach(function (old) {
        var found = fresh.querySelector("[data-part='" + old.dataset.part + "']");
        if (found) { old.replaceWith(d.importNode(found, true)); }
      });
    };
    var ask = function () {
      if (running) { running.abort(); }
      var asked = running = new AbortController();
      var fields = new FormData(form), url = form.action, how = { signal: asked.signal, credentials: "same-origin" };
      fields.set("do", form.dataset.live);
      if (form.method === "post") {
        how.method = "POST"; how.body = new URLSearchParams(fields);
      } else {
        url += "?" + new URLSearchParams(fields);
      }
      out().classList.add("waiting");
      fetch(url, how).then(function (answer) { return answer.text(); }).then(show).catch(function () {}).then(function () {
        if (running === asked) { running = null; if (out()) { out().classList.remove("waiting"); } }
      });
    };
    var soon = function () { clearTimeout(timer); timer = setTimeout(ask, 350); };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
  });
})(document);
