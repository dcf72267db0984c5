// A line chart over time. One tab stop: the arrow keys select a point, Enter opens its session.

import { bisectCenter } from "d3-array";
import { scaleLinear, scaleUtc } from "d3-scale";
import { curveMonotoneX, line } from "d3-shape";
import { useState } from "preact/hooks";
import type { Field } from "../field-descriptions";
import { shortDate } from "../format";
import { DescribedField } from "../tooltip";
import { useWidth } from "./width";

export interface Point {
  date: string;
  value: number;
  href?: string;
  note?: string;
}
interface Props {
  height?: number;
  name: string;
  field: Field;
  label: string;
  domain: [number, number];
  points: Point[];
  format: (value: number) => string;
  isRisk?: boolean;
}

const EDGE = { top: 10, right: 14, bottom: 24, left: 36 };
const LEVEL_BANDS = [["low", 0, 25], ["medium", 25, 50], ["high", 50, 75], ["critical", 75, 100]] as const;

export function LineChart(props: Props) {
  const { container, width } = useWidth();
  const [active, setActive] = useState<number>();
  const { points, format } = props;
  const selected = active === undefined ? points.at(-1) : points[active];
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      setActive(Math.min(points.length - 1, Math.max(0, (active ?? points.length - 1) + step)));
      event.preventDefault();
    } else if (event.key === "Enter" && selected?.href) location.hash = selected.href;
  };
  return (
    <figure class="chart">
      <figcaption>
        <DescribedField field={props.field} label={props.label} />
        {selected && <span class="chart-value" aria-live="polite"><strong>{format(selected.value)}</strong> {selected.note} {shortDate(selected.date)}</span>}
      </figcaption>
      {points.length === 0 ? <p class="hint">Unknown: no values in this period.</p> : (
        <div
          ref={container} class="plot" tabIndex={0} role="group"
          aria-label={`${props.name}: ${points.length} values from ${shortDate(points[0]!.date)} to ${shortDate(points.at(-1)!.date)}, the latest ${format(points.at(-1)!.value)}. Use the arrow keys to read them.`}
          onKeyDown={onKeyDown} onBlur={() => setActive(undefined)} onMouseLeave={() => setActive(undefined)}
        >
          {width > 0 && <Plot {...props} width={width} active={active} onActive={setActive} />}
        </div>
      )}
    </figure>
  );
}

function Plot(props: Props & { width: number; active: number | undefined; onActive: (index: number) => void }) {
  const { points, width, active, height = 168 } = props;
  const dates = points.map((p) => new Date(p.date));
  const [first, last] = [dates[0]!, dates.at(-1)!];
  const isSingleDate = first.getTime() === last.getTime();
  const x = scaleUtc([isSingleDate ? new Date(first.getTime() - 864e5) : first, isSingleDate ? new Date(last.getTime() + 864e5) : last], [EDGE.left, width - EDGE.right]);
  const y = scaleLinear(props.domain, [height - EDGE.bottom, EDGE.top]);
  const path = line<Point>((_, i) => x(dates[i]!), (p) => y(p.value)).curve(curveMonotoneX)(points);
  const ticks = isSingleDate ? [first] : x.ticks(Math.max(2, Math.floor(width / 110)));
  const nearest = (event: MouseEvent & { currentTarget: SVGSVGElement }) => {
    const date = x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left);
    return bisectCenter(dates, date);
  };
  const open = (event: MouseEvent & { currentTarget: SVGSVGElement }) => {
    const href = points[nearest(event)]?.href;
    if (href) location.hash = href;
  };
  return (
    <svg width={width} height={height} aria-hidden="true" class={points[0]?.href ? "clickable" : ""} onMouseMove={(event) => props.onActive(nearest(event))} onClick={open}>
      {props.isRisk && LEVEL_BANDS.map(([level, from, to]) => (
        <rect key={level} class={`band fill-${level}`} x={EDGE.left} width={width - EDGE.left - EDGE.right} y={y(to)} height={y(from) - y(to)} />
      ))}
      {(props.isRisk ? [0, 25, 50, 75, 100] : y.ticks(4)).map((tick) => (
        <g key={tick}>
          <line class={tick === 0 ? "axis" : "grid"} x1={EDGE.left} x2={width - EDGE.right} y1={y(tick)} y2={y(tick)} />
          <text class="tick" x={EDGE.left - 8} y={y(tick)} dy="0.32em" text-anchor="end">{props.domain[1] === 1 ? tick.toFixed(1).replace("-", "−") : tick}</text>
        </g>
      ))}
      {ticks.map((tick) => <text key={tick.getTime()} class="tick" x={x(tick)} y={height - 6} text-anchor="middle">{shortDate(tick)}</text>)}
      <path class="line" d={path ?? ""} />
      {(points.length <= 60 ? points : points.slice(-1)).map((p) => {
        const index = points.indexOf(p);
        return <circle key={index} class={`dot ${index === active ? "is-active" : ""}`} cx={x(dates[index]!)} cy={y(p.value)} r={index === active ? 5 : 3.5} />;
      })}
      {active !== undefined && points[active] && <circle class="dot is-active" cx={x(dates[active]!)} cy={y(points[active].value)} r={5} />}
    </svg>
  );
}
