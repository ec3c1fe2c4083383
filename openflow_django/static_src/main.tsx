import "./styles.css";
import { ReactFlow } from "@xyflow/react";
import { createRoot } from "react-dom/client";

const mount = document.getElementById("openflow-builder");
if (mount) createRoot(mount).render(<ReactFlow nodes={[]} edges={[]} />);
