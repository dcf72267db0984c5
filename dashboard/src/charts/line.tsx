// Values over time. One stop for the keyboard: the arrow keys walk along the points, Enter opens the session.

import { bisectCenter } from "d3-array";
import { scaleLinear, scaleUtc } from "d3-scale";
import { curveMonotoneX, line } from "d3-shape";
import { useState } from "preact/hooks";
import { Explained } from "../tooltip";
import { shortDay } from "../format";
import type { Field } from "../field-descriptions";
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
  show: (value: number) => string;
  isRisk?: boolean;
}

const EDGE = { top: 10, right: 14, bottom: 24, left: 36 };
const LEVEL_BANDS = [["low", 0, 25], ["medium", 25, 50], ["high", 50, 75], ["critical", 75, 100]] as const;

export function LineChart(props: Props) {
  const { place, width } = useWidth();
  const [active, setActive] = useState<number>();
  const { points, show } = props;
  const chosen = active === undefined ? points.at(-1) : points[active];
  const move = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      setActive(Math.min(points.length - 1, Math.max(0, (active ?? points.length - 1) + step)));
      event.preventDefault();
    } else if (event.key === "Enter" && chosen?.href) location.hash = chosen.href;
  };
  return (
    <figure class="chart">
      <figcaption>
        <Explained field={props.field} label={props.label} />
        {chosen && <span class="reading" aria-live="polite"><strong>{show(chosen.value)}</strong> {chosen.note} {shortDay(chosen.date)}</span>}
      </figcaption>
      {points.length === 0 ? <p class="hint">Unknown: no value in this window.</p> : (
        <div
          ref={place} class="plot" tabIndex={0} role="group"
          aria-label={`${props.name}: ${points.length} values from ${shortDay(points[0]!.date)} to ${shortDay(points.at(-1)!.date)}, the last ${show(points.at(-1)!.value)}. Arrow keys read them.`}
          onKeyDown={move} onBlur={() => setActive(undefined)} onMouseLeave={() => setActive(undefined)}
        >
          {width > 0 && <Plot {...props} width={width} active={active} onActive={setActive} />}
        </div>
      )}
    </figure>
  );
}

function Plot(props: Props & { width: number; active: number | undefined; onActive: (index: number) => void }) {
  const { points, width, active, height = 168 } = props;
  const times = points.map((p) => new Date(p.date));
  const [first, last] = [times[0]!, times.at(-1)!];
  const isOneDay = first.getTime() === last.getTime();
  const x = scaleUtc([isOneDay ? new Date(first.getTime() - 864e5) : first, isOneDay ? new Date(last.getTime() + 864e5) : last], [EDGE.left, width - EDGE.right]);
  const y = scaleLinear(props.domain, [height - EDGE.bottom, EDGE.top]);
  const path = line<Point>((_, i) => x(times[i]!), (p) => y(p.value)).curve(curveMonotoneX)(points);
  const ticks = isOneDay ? [first] : x.ticks(Math.max(2, Math.floor(width / 110)));
  const nearest = (event: MouseEvent & { currentTarget: SVGSVGElement }) => {
    const moment = x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left);
    return bisectCenter(times, moment);
  };
  const open = (event: MouseEvent & { currentTarget: SVGSVGElement }) => {
    const href = points[nearest(event)]?.href;
    if (href) location.hash = href;
  };
  return (
    <svg width={width} height={height} aria-hidden="true" class={points[0]?.href ? "opens" : ""} onMouseMove={(event) => props.onActive(nearest(event))} onClick={open}>
      {props.isRisk && LEVEL_BANDS.map(([level, from, to]) => (
        <rect key={level} class={`band fill-${level}`} x={EDGE.left} width={width - EDGE.left - EDGE.right} y={y(to)} height={y(from) - y(to)} />
      ))}
      {(props.isRisk ? [0, 25, 50, 75, 100] : y.ticks(4)).map((tick) => (
        <g key={tick}>
          <line class={tick === 0 ? "axis" : "grid"} x1={EDGE.left} x2={width - EDGE.right} y1={y(tick)} y2={y(tick)} />
          <text class="tick" x={EDGE.left - 8} y={y(tick)} dy="0.32em" text-anchor="end">{props.domain[1] === 1 ? tick.toFixed(1).replace("-", "−") : tick}</text>
        </g>
      ))}
      {ticks.map((tick) => <text key={tick.getTime()} class="tick" x={x(tick)} y={height - 6} text-anchor="middle">{shortDay(tick)}</text>)}
      <path class="line" d={path ?? ""} />
      {(points.length <= 60 ? points : points.slice(-1)).map((p) => {
        const index = points.indexOf(p);
        return <circle key={index} class={`dot ${index === active ? "is-active" : ""}`} cx={x(times[index]!)} cy={y(p.value)} r={index === active ? 5 : 3.5} />;
      })}
      {active !== undefined && points[active] && <circle class="dot is-active" cx={x(times[active]!)} cy={y(points[active].value)} r={5} />}
    </svg>
  );
}
