// Before anything is painted: a page that was chosen dark must not flash up light.
try {
  document.documentElement.dataset.theme = localStorage.getItem("mobilellm.theme") ?? "system";
} catch {
  document.documentElement.dataset.theme = "system";
}
