import {
  Background,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  ViewportPortal,
} from "@xyflow/react";
import {
  type ReactElement,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";

import { DragContext, useServices } from "../context";
import { t } from "../i18n";
import { layout, type Layout, type Line } from "../layout";
import { walk } from "../model/tree";
import { useSelector, useStore } from "../store";
import { Drag } from "./drag";
import { type CanvasNode, NODE_TYPES } from "./nodes";
import { Search } from "./Search";
import { canvasView } from "./view";
import { Zoom } from "./Zoom";

const MINIMAP_STEPS = 30;
const SLOT_SIZE = 24;
const NO_EDGES: never[] = [];
const LEVELS = { frame: 0, failure: 0, error: 4, lines: 5, other: 10, slot: 11 };

/** The document as a tree of cards. React Flow paints and moves it; order, focus and edits are ours. */
export function Canvas(): ReactElement {
  return (
    <ReactFlowProvider>
      <Scene />
    </ReactFlowProvider>
  );
}

function Scene(): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const flow = useReactFlow();
  const pane = useRef<HTMLDivElement>(null);
  const document = useSelector((state) => state.document);
  const collapsed = useSelector((state) => state.collapsed);
  const dir = store.bootstrap.dir;
  const plan = useMemo(() => layout(document, collapsed, dir === "rtl"), [document, collapsed, dir]);
  const nodes = useNodes(plan);
  const [inside, setInside] = useState(false);
  const scene = useRef({ plan });
  scene.current.plan = plan;
  const [drag] = useState(
    () =>
      new Drag(store, commands, () => ({
        flow,
        layout: scene.current.plan,
        pane: pane.current ?? window.document.body,
      })),
  );
  useEffect(() => {
    canvasView.flow = flow;
    canvasView.pane = pane.current;
    canvasView.plan = () => scene.current.plan;
    let width = pane.current?.clientWidth ?? 0;
    const resized = new ResizeObserver(() => {
      const now = pane.current?.clientWidth ?? width;
      if (now !== width) canvasView.shift((now - width) / 2);
      width = now;
    });
    if (pane.current) resized.observe(pane.current);
    return () => {
      resized.disconnect();
      canvasView.flow = null;
    };
  }, [flow]);
  useShownFocus(plan);
  const steps = walk(document).length;
  const narrow = (pane.current?.clientWidth ?? 1000) < 640;
  return (
    <DragContext.Provider value={drag}>
      <div
        ref={pane}
        className="ofb-canvas"
        tabIndex={-1}
        role="region"
        aria-label={t("Flow canvas, use arrow keys; outline available")}
        onPointerDown={(event) => {
          if (event.target instanceof Element && event.target.closest("button, input, a") === null) {
            event.currentTarget.focus({ preventScroll: true });
          }
        }}
        onFocus={() => setInside(true)}
        onBlur={(event) => setInside(event.currentTarget.contains(event.relatedTarget))}
      >
        <ReactFlow<CanvasNode>
          nodes={nodes}
          edges={NO_EDGES}
          nodeTypes={NODE_TYPES}
          onlyRenderVisibleElements
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          panActivationKeyCode={null}
          minZoom={0.1}
          maxZoom={1.6}
          panOnScroll={inside}
          zoomOnScroll={false}
          zoomOnDoubleClick={false}
          preventScrolling={inside}
          proOptions={{ hideAttribution: true }}
          onInit={() => canvasView.home()}
          onPaneClick={() =>
            store.set({ selection: [], panel: store.get().panel === "step" ? "none" : store.get().panel })
          }
        >
          <Background gap={20} size={1.2} />
          <Lines lines={plan.lines} />
          {steps >= MINIMAP_STEPS && !narrow && (
            <MiniMap pannable zoomable ariaLabel={t("Overview")} nodeClassName={miniClass} />
          )}
        </ReactFlow>
        <Ghost drag={drag} />
        <Search />
        <Zoom />
      </div>
    </DragContext.Provider>
  );
}

function miniClass(node: CanvasNode): string {
  return node.type === "step" || node.type === "trigger" ? "ofb-mini-step" : "ofb-mini-none";
}

/** Nodes of the plan; those that did not change stay the same objects. */
function useNodes(plan: Layout): CanvasNode[] {
  const known = useRef(new Map<string, CanvasNode>());
  return useMemo(() => {
    const made = new Map<string, CanvasNode>();
    const add = (node: CanvasNode): void => {
      const before = known.current.get(node.id);
      const same =
        before !== undefined &&
        before.position.x === node.position.x &&
        before.position.y === node.position.y &&
        before.width === node.width &&
        before.height === node.height &&
        before.zIndex === node.zIndex &&
        before.data.slot?.only === node.data.slot?.only &&
        before.type === node.type;
      made.set(node.id, same ? before : node);
    };
    for (const box of plan.boxes) {
      const level =
        box.kind === "frame"
          ? LEVELS.frame + Math.min(box.depth, 4)
          : box.kind === "error"
            ? LEVELS.error
            : box.kind === "failure"
              ? LEVELS.failure
              : LEVELS.other;
      add({
        id: box.id,
        type: box.kind,
        position: { x: box.x, y: box.y },
        width: box.width,
        height: box.height,
        measured: { width: box.width, height: box.height },
        zIndex: level,
        data: { box },
      });
    }
    for (const slot of plan.slots) {
      add({
        id: slot.id,
        type: "slot",
        position: { x: slot.x - SLOT_SIZE / 2, y: slot.y - SLOT_SIZE / 2 },
        width: SLOT_SIZE,
        height: SLOT_SIZE,
        measured: { width: SLOT_SIZE, height: SLOT_SIZE },
        zIndex: LEVELS.slot,
        data: { slot },
      });
    }
    known.current = made;
    return [...made.values()];
  }, [plan]);
}

/** Moves the canvas until what has the focus can be seen. */
function useShownFocus(plan: Layout): void {
  const wish = useSelector((state) => state.focusWish);
  const focus = useSelector((state) => state.focus);
  const view = useSelector((state) => state.view);
  useEffect(() => {
    if (wish > 0 && view === "canvas") canvasView.show(focus);
  }, [wish, focus, view, plan]);
}

function Lines({ lines }: { lines: readonly Line[] }): ReactElement {
  const [plain, failing] = useMemo(() => [path(lines, false), path(lines, true)], [lines]);
  return (
    <ViewportPortal>
      <svg className="ofb-lines" aria-hidden="true">
        <path d={plain} />
        <path d={failing} className="ofb-line-error" />
      </svg>
    </ViewportPortal>
  );
}

const CORNER = 8;

/** Straight pieces with rounded corners. */
function path(lines: readonly Line[], error: boolean): string {
  return lines
    .filter((line) => line.error === error)
    .map(({ points }) => {
      const [first, ...rest] = points;
      if (!first) return "";
      let made = `M${String(first[0])} ${String(first[1])}`;
      rest.forEach(([x, y], at) => {
        const before = points[at] ?? first;
        const next = rest[at + 1];
        const length = Math.hypot(x - before[0], y - before[1]);
        const radius = next ? Math.min(CORNER, length / 2, Math.hypot(next[0] - x, next[1] - y) / 2) : 0;
        if (!next || radius === 0) {
          made += `L${String(x)} ${String(y)}`;
          return;
        }
        const out = Math.hypot(next[0] - x, next[1] - y);
        const from = [x - ((x - before[0]) / length) * radius, y - ((y - before[1]) / length) * radius];
        const to = [x + ((next[0] - x) / out) * radius, y + ((next[1] - y) / out) * radius];
        made += `L${from.join(" ")}Q${String(x)} ${String(y)} ${to.join(" ")}`;
      });
      return made;
    })
    .join("");
}

function Ghost({ drag }: { drag: Drag }): ReactElement | null {
  const state = useSyncExternalStore(drag.subscribe, drag.get);
  const place = useCallback(
    (element: HTMLDivElement | null) => {
      if (element && state)
        element.style.transform = `translate(${String(state.x + 8)}px, ${String(state.y + 8)}px)`;
    },
    [state],
  );
  if (!state) return null;
  return (
    <div ref={place} className="ofb-ghost" aria-hidden="true">
      {state.copy && <strong>+ </strong>}
      {state.label}
      {state.keys.length > 1 && ` (${String(state.keys.length)})`}
    </div>
  );
}
