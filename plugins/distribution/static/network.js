/* Comfort only: branches open in place; every link works without this file. */
(function (d) {
  "use strict";
  var fetchPiece = function (url) {
    return fetch(url, { credentials: "same-origin" }).then(function (r) {
      if (!r.ok || r.redirected) { throw new Error("no piece"); }
      return r.text();
    });
  };
  d.addEventListener("click", function (e) {
    var a = e.target.closest("a[data-branch],a[data-more]");
    if (!a || e.metaKey || e.ctrlKey || e.shiftKey || e.button) { return; }
    var li = a.closest("li"), leave = function () { location.href = a.href; };
    e.preventDefault();
    if (a.getAttribute("aria-busy")) { return; }
    if (a.dataset.more) {
      a.setAttribute("aria-busy", "true");
      fetchPiece(a.dataset.more).then(function (html) {
        var list = li.parentNode, box = d.createElement("div");
        box.innerHTML = html;
        var first = box.querySelector("li a");
        while (box.querySelector(".twigs") && box.querySelector(".twigs").firstElementChild) { list.insertBefore(box.querySelector(".twigs").firstElementChild, li); }
        li.remove();
        if (first) { first.focus(); }
      }).catch(leave);
      return;
    }
    var open = a.getAttribute("aria-expanded") === "true", known = li.querySelector(":scope > .twigs");
    if (known) {
      known.hidden = open;
      a.setAttribute("aria-expanded", String(!open));
      return;
    }
    a.setAttribute("aria-busy", "true");
    fetchPiece(a.dataset.branch).then(function (html) {
      li.insertAdjacentHTML("beforeend", html);
      a.setAttribute("aria-expanded", "true");
      a.removeAttribute("aria-busy");
    }).catch(leave);
  });
})(document);
