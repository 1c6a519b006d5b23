/**
 * The words of the layout.
 *
 * What comes in:
 * @typedef {{id: number, width: number, height: number, group?: string[]}} GraphNode
 * @typedef {{path: string[], open: boolean, width?: number, height?: number, titleWidth?: number, titleHeight?: number}} GraphGroup
 *   `width` and `height` are the size of the closed box; `titleWidth` is the least width of the open frame.
 * @typedef {{from: number, to: number, slot: number}} GraphEdge
 * @typedef {{nodes: GraphNode[], groups?: GraphGroup[], edges: GraphEdge[]}} Graph
 *
 * @typedef {object} Options all lengths in the unit of the node sizes
 * @property {number} columnGap between two columns
 * @property {number} rowGap between two cards of a column
 * @property {number} laneGap between two edges that run side by side
 * @property {number} slotGap between two edges that arrive at one card
 * @property {number} padding inside a group's frame
 * @property {number} margin around the whole picture
 * @property {{width: number, height: number}} [label] the size of an edge's number, where numbers stand on edges
 *
 * What goes out:
 * @typedef {[number, number]} Point
 * @typedef {[number, number, number, number, number, number, number, number]} Segment
 *   a cubic: x0, y0, control 1, control 2, x1, y1
 * @typedef {object} Box
 * @property {number | string} key the node's id, or `groupKey(path)`
 * @property {"node" | "open" | "closed"} kind
 * @property {string[]} path the group's own path, or the path of the group a node lies in
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {number} titleHeight the strip at the top of an open frame; 0 for others
 * @property {number} rank the column within the group around it
 *
 * @typedef {object} Route one drawn line; several edges between the same visible ends share it
 * @property {number | string} source key of the box it leaves
 * @property {number | string} target key of the box it enters
 * @property {Point[]} points
 * @property {Segment[]} segments
 * @property {string} path for an SVG `d` attribute
 * @property {GraphEdge[]} edges the edges of the graph that it stands for
 *
 * @typedef {GraphEdge & {route: number, source: number | string, target: number | string, points: Point[], segments: Segment[], path: string, label?: Point | null}} RoutedEdge
 *   one for each edge of the graph that can be seen; `route` is its place in `routes`; `label` is the middle of its number, null where no place is free
 * @typedef {{boxes: Map<number | string, Box>, edges: RoutedEdge[], routes: Route[], width: number, height: number}} Layout
 *
 * In between:
 * @typedef {object} Vertex a thing with a place in a column: a card, a group's box, a port or a piece of a rail
 * @property {"node" | "open" | "closed" | "in" | "out" | "rail"} kind
 * @property {number | string} key
 * @property {string[]} path
 * @property {number} index
 * @property {number} width
 * @property {number} height
 * @property {Level | null} inside the level within an open group
 * @property {Link | null} feed for an "in" port: the link of the outer level that enters by it
 * @property {number} rank column
 * @property {number} place from the top of the column
 * @property {number} depth links of the longest way from a leaf
 * @property {number} reach links of the longest way to an end
 * @property {Arc[]} before
 * @property {Arc[]} after
 * @property {Vertex[]} rails pieces of the rail that carries this vertex's long edges, one for each column passed
 * @property {Lane[]} lanes for a rail: the edges side by side on it, top to bottom; for others: all lanes of their rail
 * @property {boolean} inRow for a rail: it carries the main path and is given the room of a card
 * @property {Strand | null} strand
 * @property {number} shift of its middle against the strand's
 * @property {number} x left border, in the level's own frame
 * @property {number} y middle, in the level's own frame
 *
 * @typedef {{port: Vertex | null, parallel: number, columns: number}} Lane
 * @typedef {{from: Vertex, to: Vertex, fromBias: number, toBias: number}} Arc two neighbours in adjacent columns, for the order; a bias in (-½, ½) is the height on the card
 *
 * @typedef {object} Link a piece of an edge within one level
 * @property {number} index
 * @property {Vertex} from
 * @property {Vertex} to
 * @property {Vertex | null} fromPort the port of the open group `from` that it leaves by
 * @property {Vertex | null} toPort
 * @property {number} slot of the card `to`, or -1
 * @property {number} parallel counts the links between the same two ends
 * @property {boolean} back runs against the reading direction, where groups feed each other
 * @property {Vertex[]} backRails
 * @property {number} fromY against the middle of `from`
 * @property {number} toY against the middle of `to`
 *
 * @typedef {object} Level the inside of an open group, or the whole picture
 * @property {Level | null} parent
 * @property {Vertex | null} box the group's box in the parent level
 * @property {number} depth
 * @property {number} titleWidth
 * @property {number} titleHeight
 * @property {Vertex[]} vertices cards and boxes first, then ports
 * @property {Map<number, Vertex>} inPorts by the node the edge comes from
 * @property {Map<number, Vertex>} outPorts
 * @property {Link[]} links
 * @property {Map<string, Link[]>} linksByEnds parallel links
 * @property {Vertex[][]} columns
 * @property {number[]} columnX left border of each column
 * @property {number[]} columnWidth
 * @property {number} width
 * @property {number} height
 * @property {number} x absolute
 * @property {number} y absolute
 *
 * @typedef {{members: Vertex[], index: number, y: number, weight: number}} Strand vertices on one straight line
 * @typedef {{from: number, to: number, gap: number}} Separation strand `to` lies at least `gap` below strand `from`
 */
export {};
