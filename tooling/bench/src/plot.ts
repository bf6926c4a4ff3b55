/** Cost of one operation against the number of clients, both logarithmic: a flat line is what we want. */
import { init } from "echarts";
import { NAMES, time } from "./report.ts";
import type { Backend, Figure, Row, Table } from "./result.ts";

const PANELS = [
  "authenticate + authorize, warm",
  "authenticate, cold",
  "durable add",
  "durable add, 64 at once",
] as const;
const COLOURS = { json: "#b45309", sqlite: "#1d4ed8", redis: "#be123c" } as const;
const [WIDTH, HEIGHT, COLUMNS] = [1000, 720, 2];
const [PANEL_WIDTH, PANEL_HEIGHT, LEFT, TOP] = [400, 240, 75, 85];

export function plot(tables: readonly Table[]): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  const backends = [...new Set(tables.map(({ backend }) => backend))];
  const sizes = tables.map(({ clients }) => clients);
  const places = PANELS.map((_, i) => ({
    left: LEFT + (i % COLUMNS) * (PANEL_WIDTH + 85),
    top: TOP + Math.floor(i / COLUMNS) * (PANEL_HEIGHT + 85),
  }));
  const axis = { type: "log", minorTick: { show: false }, minorSplitLine: { show: false } } as const;
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    textStyle: { fontFamily: "sans-serif" },
    title: PANELS.map((text, i) => ({
      text,
      left: places[i]?.left ?? 0,
      top: (places[i]?.top ?? 0) - 34,
      padding: 0,
      textStyle: { fontSize: 15 },
    })),
    legend: { top: 12, itemWidth: 36, data: backends.flatMap((backend) => [...namesOf(backend)]) },
    grid: places.map((place) => ({ ...place, width: PANEL_WIDTH, height: PANEL_HEIGHT })),
    xAxis: PANELS.map((_, gridIndex) => ({
      ...axis,
      gridIndex,
      min: Math.min(...sizes),
      max: Math.max(...sizes),
      name: "clients",
      nameLocation: "middle" as const,
      nameGap: 26,
      axisLabel: { formatter: (clients: number) => clients.toLocaleString("en") },
    })),
    yAxis: PANELS.map((_, gridIndex) => ({
      ...axis,
      gridIndex,
      axisLabel: { formatter: (nanoseconds: number) => time(nanoseconds) },
    })),
    series: PANELS.flatMap((what, panel) =>
      backends.flatMap((backend) => {
        const of = tables.filter((table) => table.backend === backend);
        const line = (name: string, pick: (row: Row) => Figure | undefined, dashes: "solid" | "dashed") => ({
          type: "line" as const,
          name,
          xAxisIndex: panel,
          yAxisIndex: panel,
          color: COLOURS[backend],
          symbol: dashes === "solid" ? "circle" : "none",
          symbolSize: 7,
          lineStyle: { type: dashes, width: dashes === "solid" ? 2.5 : 1.5 },
          data: of.flatMap(({ clients, rows }) => {
            const row = rows.find((each) => each.what === what);
            const figure = row === undefined ? undefined : pick(row);
            return figure === undefined ? [] : [[clients, figure.median]];
          }),
        });
        const [ours, floor] = namesOf(backend);
        return [line(ours, (row) => row.ours, "solid"), line(floor, (row) => row.floor, "dashed")];
      }),
    ),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

function namesOf(backend: Backend): readonly [string, string] {
  return [NAMES[backend], `${NAMES[backend]}, floor`];
}
