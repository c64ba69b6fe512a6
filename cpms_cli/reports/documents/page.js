"use strict";
// Long tables can be searched and sorted. The page says the same without this.
(() => {
  const words = document.currentScript.dataset;
  const made = (name, ...inside) => {
    const element = document.createElement(name);
    element.append(...inside);
    return element;
  };
  const figure = (text) => {
    const match = text.replace(/,/g, "").replace(/[๐-๙]/g, (digit) => digit.charCodeAt(0) - 0xe50).match(/[-−]?\d+(\.\d+)?/);
    return match ? Number(match[0].replace("−", "-")) : null;
  };
  // Figures: the highest first, what is withheld last. Words: in the order of the language, numbers in them as numbers.
  const order = (column, isFigure) => (one, other) => {
    const [first, second] = [one, other].map((row) => row.cells[column].textContent.trim());
    if (!isFigure) return first.localeCompare(second, document.documentElement.lang, { numeric: true });
    const [a, b] = [figure(first), figure(second)];
    return a === null || b === null ? (a === null) - (b === null) : b - a;
  };
  for (const region of document.querySelectorAll(".scroll")) {
    const [table, body] = [region.querySelector("table"), region.querySelector("tbody")];
    const rows = [...body.rows];
    if (rows.length < 8) continue;
    const [input, select, left] = [made("input"), made("select"), made("output")];
    input.type = "search";
    const heads = [...table.tHead.rows[0].cells];
    select.append(made("option", words.asItIs), ...heads.map((head) => made("option", head.textContent)));
    input.addEventListener("input", () => {
      const sought = input.value.trim().toLocaleLowerCase();
      for (const row of rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(sought);
      const count = rows.filter((row) => !row.hidden).length;
      left.textContent = sought ? words.rowsLeft.replace("{count}", count).replace("{all}", rows.length) : "";
    });
    select.addEventListener("change", () => {
      const column = select.selectedIndex - 1;
      const isFigure = column >= 0 && /\b(count|share|change)\b/.test(heads[column].className);
      const sorted = column < 0 ? rows : [...rows].sort(order(column, isFigure));
      body.append(...sorted);
      heads.forEach((head) => head.removeAttribute("aria-sort"));
      if (column >= 0) heads[column].setAttribute("aria-sort", isFigure ? "descending" : "ascending");
    });
    const tools = made("div", made("label", words.search, input), made("label", words.sort, select), left);
    tools.className = "tools";
    region.before(tools);
  }
})();
