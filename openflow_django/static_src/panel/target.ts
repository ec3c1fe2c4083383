/** The one field that the property picker puts things into. */
export interface Target {
  name: string;
  kind: "value" | "expression" | "template";
  insert: (text: string) => void;
}

export type Arm = (target: Target) => void;
