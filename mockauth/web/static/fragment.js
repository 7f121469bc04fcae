// The part of an address behind # never reaches a server: put it into the form that takes it.
"use strict";
const field = document.getElementById("address");
if (field && location.hash.length > 1) {
  field.value = location.href;
  field.form.submit();
}
