# SPDX-License-Identifier: MIT
"""ONNX Runtime: softmax and inference, with inputs and outputs bound to memory beforehand."""
import numpy
import onnx
import onnxruntime

import peer

OPSET = 17
FORMAT = 9  # a version of the file format that every present runtime reads


def contestant(nodes, x, y, initializers=()):
    """Runs the graph of these nodes from the tensor "x" to the tensor "y"."""
    tensor = lambda name, array: onnx.helper.make_tensor_value_info(
        name, onnx.TensorProto.FLOAT, array.shape)
    graph = onnx.helper.make_graph(nodes, "work", [tensor("x", x)], [tensor("y", y)], initializers)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)])
    model.ir_version = FORMAT
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = peer.threads()
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                           providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    binding.bind_input("x", "cpu", 0, numpy.float32, x.shape, x.ctypes.data)
    binding.bind_output("y", "cpu", 0, numpy.float32, y.shape, y.ctypes.data)
    run = lambda: session.run_with_iobinding(binding)
    run.inputs = x  # which the binding does not keep alive
    return {"onnxruntime": peer.Contestant(run, lambda: y)}


def softmax(given):
    x = given.matrix("first")
    return contestant([onnx.helper.make_node("Softmax", ["x"], ["y"], axis=1)], x,
                      numpy.empty_like(x))


def infer(given):
    x, nodes, initializers, name = given.matrix("first"), [], [], "x"
    y = numpy.empty((given.rows, given.sizes[-1]), numpy.float32)
    for index, (weight, bias) in enumerate(given.layers()):
        initializers += [onnx.numpy_helper.from_array(weight, f"weight{index}"),
                         onnx.numpy_helper.from_array(bias, f"bias{index}")]
        nodes.append(onnx.helper.make_node(
            "Gemm", [name, f"weight{index}", f"bias{index}"], [f"dense{index}"], transB=1))
        last = index + 2 == len(given.sizes)
        name = "y" if last else f"output{index}"
        nodes.append(onnx.helper.make_node("Softmax" if last else "Relu", [f"dense{index}"], [name],
                                           **({"axis": 1} if last else {})))
    return contestant(nodes, x, y, initializers)


if __name__ == "__main__":
    onnxruntime.set_default_logger_severity(3)
    peer.serve({"onnxruntime": f"ONNX-Runtime-{onnxruntime.__version__}"},
               {"softmax": softmax, "infer": infer})
