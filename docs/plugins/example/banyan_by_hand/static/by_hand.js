(function () {
  "use strict";
  document.querySelectorAll("[data-by-hand-left]").forEach(function (field) {
    var most = Number(field.getAttribute("data-by-hand-left"));
    var hint = field.parentNode.querySelector(".hint");
    function show() { hint.textContent = String(most - field.value.length); }
    field.addEventListener("input", show);
    show();
  });
})();
