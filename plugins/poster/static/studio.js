/* Waits for a poster: asks until something has changed, then shows the page again. Without it the page reloads. */
(function(){
  var box=document.querySelector('[data-poster]');if(!box)return;
  var tries=0;
  function ask(){
    fetch(box.dataset.poster,{headers:{Accept:'application/json'},credentials:'same-origin'})
      .then(function(r){return r.ok?r.json():box.dataset})
      .then(function(j){if(j.state!==box.dataset.state)location.replace(location.pathname);else later()})
      .catch(later);
  }
  function later(){if(++tries<90)setTimeout(ask,tries<10?500:2000)}
  setTimeout(ask,400);
})();
