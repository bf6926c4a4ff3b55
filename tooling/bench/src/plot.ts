/** Cost of one operation against the number of clients, both logarithmic: a flat line is what we want. */
import { init } from "echarts";
import type { Table } from "./result.ts";

const OPERATIONS = ["authenticate + authorize, warm", "authenticate, cold", "durable add"] as const;
const DASHES = ["solid", "dashed", "dotted"] as const;
const COLOURS = { json: "#b45309", sqlite: "#1d4ed8", redis: "#b91c1c" } as const;

export function plot(tables: readonly Table[]): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 900, height: 480 });
  const backends = [...new Set(tables.map(({ backend }) => backend))];
  const series = backends.flatMap((backend) =>
    OPERATIONS.map((operation, i) => ({
      type: "line" as const,
      name: `${backend}: ${operation}`,
      data: tables
        .filter((table) => table.backend === backend)
        .map(({ clients, rows }) => [
          clients,
          (rows.find(({ what }) => what === operation)?.ours.median ?? Number.NaN) / 1000,
        ]),
      lineStyle: { type: DASHES[i] ?? "solid", width: 2 },
      color: COLOURS[backend],
    })),
  );
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    legend: { top: 0, type: "plain" },
    grid: { top: 90, left: 80, right: 30, bottom: 50 },
    xAxis: { type: "log", name: "clients", nameLocation: "middle", nameGap: 28 },
    yAxis: { type: "log", name: "µs per operation" },
    series,
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
