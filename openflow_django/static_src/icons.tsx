import type { ReactElement } from "react";

/** Small pictures, drawn with the colour of the text around them. */

const PATHS: Record<string, string> = {
  add: "M12 5v14M5 12h14",
  agent: "M12 3v3M6 8h12v9H6zM9 12h.01M15 12h.01M9 20h6M3 12v2M21 12v2",
  approval: "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.5 2.7-5.5 6-5.5M14 17l2.5 2.5L21 15",
  back: "M14 6l-6 6 6 6",
  bang: "M12 6v8M12 18h.01",
  bolt: "M13 3L5 14h6l-1 7 8-11h-6z",
  box: "M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5",
  branch: "M12 21v-7M12 14L6 8V4M12 14l6-6V4",
  check: "M6 12.5l4 4 8-9",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2",
  code: "M8 8l-4 4 4 4M16 8l4 4-4 4M13.5 6l-3 12",
  copy: "M9 9h10v11H9zM5 15V4h10",
  cross: "M7 7l10 10M17 7L7 17",
  data: "M9 4c-2 0-2.5 1-2.5 3v2c0 1.500-.5 3-2 3 1.500 0 2 1.500 2 3v2c0 2 .5 3 2.500 3M15 4c2 0 2.500 1 2.500 3v2c0 1.500.5 3 2 3-1.500 0-2 1.500-2 3v2c0 2-.5 3-2.500 3",
  delete: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
  dots: "M6 12h.01M12 12h.01M18 12h.01",
  down: "M6 9l6 6 6-6",
  edit: "M5 19l1-4L16 5l3 3L9 18z",
  end: "M6 12h12",
  expand: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  flag: "M6 21V4h11l-2 4 2 4H6",
  flow: "M4 5h6v5H4zM14 14h6v5h-6zM7 10v6.500h7",
  globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  grip: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
  help: "M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 17.500h.01",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.700-5.700L12 7M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.700 5.700L12 17",
  list: "M5 6h.01M9 6h11M5 12h.01M9 12h11M5 18h.01M9 18h11",
  loop: "M5 12a7 7 0 0 1 12-5l2 2M19 4v5h-5M19 12a7 7 0 0 1-12 5l-2-2M5 20v-5h5",
  mail: "M4 6h16v12H4zM4 7l8 6 8-6",
  map: "M4 6l5-2 6 2 5-2v14l-5 2-6-2-5 2zM9 4v14M15 6v14",
  minus: "M6 12h12",
  pass: "M4 12h14M13 7l5 5-5 5",
  pause: "M9 6v12M15 6v12",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  play: "M8 5l11 7-11 7z",
  redo: "M19 8h-9a5 5 0 0 0 0 10h4M15 4l4 4-4 4",
  retry: "M19 12a7 7 0 1 1-2-5l2 2M19 4v5h-5",
  rule: "M4 7l2 2 4-4M4 17l2 2 4-4M13 8h7M13 18h7",
  script: "M6 3h9l4 4v14H6zM15 3v4h4M9 12h6M9 16h6",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4",
  settings: "M4 7h9M17 7h3M15 4.500v5M4 17h3M11 17h9M9 14.500v5",
  shield: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z",
  skip: "M5 6l7 6-7 6zM13 6l7 6-7 6z",
  split: "M12 4v5M12 9L5 14v6M12 9v11M12 9l7 5v6",
  stop: "M7 7h10v10H7z",
  terminal: "M4 5h16v14H4zM7 9l3 3-3 3M12 15h5",
  undo: "M5 8h9a5 5 0 0 1 0 10h-4M9 4L5 8l4 4",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
};

/** Names of a well-known icon font, as operations give them. */
const ALIASES: Record<string, string> = {
  data_object: "data",
  error: "warning",
  language: "globe",
  http: "globe",
  schedule: "clock",
  save: "data",
  touch_app: "play",
  webhook: "link",
  person: "approval",
  notifications: "flag",
};

export function Icon({ name, size = 16 }: { name: string; size?: number }): ReactElement {
  const path = PATHS[name] ?? PATHS[ALIASES[name] ?? ""] ?? PATHS.box;
  return (
    <svg
      className="ofb-icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={path} />
    </svg>
  );
}
