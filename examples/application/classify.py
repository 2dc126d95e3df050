# SPDX-License-Identifier: MIT
"""classify.c in Python, without any module: classify.py LIBRARY MODEL PICTURE"""
import ctypes
import sys
from ctypes import POINTER, byref, c_float, c_int32, c_size_t, c_void_p

class Shape(ctypes.Structure):  # tg_picture_shape, with which tg_input begins
    _fields_ = [(name, c_size_t) for name in ("height", "width", "channels")]

class Tensor(ctypes.Structure):
    _fields_ = [("device", c_void_p), ("rank", c_size_t), ("shape", c_size_t * 4),
                ("count", c_size_t), ("memory", c_void_p), ("owned", ctypes.c_bool)]

tg = ctypes.CDLL(sys.argv[1])
tg.tg_cpu.restype, tg.tg_model_input.restype = c_void_p, POINTER(Shape)
tg.tg_model_inputs.restype = tg.tg_model_outputs.restype = tg.tg_picture_size.restype = c_size_t
tg.tg_error_message.restype = tg.tg_model_class_name.restype = ctypes.c_char_p

def check(status):
    if status:
        sys.exit(tg.tg_error_message().decode())

model, x, y, best = c_void_p(), Tensor(), Tensor(), c_int32()
check(tg.tg_model_load(c_void_p(tg.tg_cpu()), sys.argv[2].encode(), byref(model)))
shape = tg.tg_model_input(model)  # NULL, or a height of 0, where the model takes no pictures
pixels = ctypes.create_string_buffer(tg.tg_picture_size(shape[0]))
inputs = (c_float * tg.tg_model_inputs(model))()
outputs = (c_float * tg.tg_model_outputs(model))()
check(tg.tg_picture_read(sys.argv[3].encode(), shape[0], pixels))
check(tg.tg_input_apply(shape, pixels, inputs))
check(tg.tg_matrix_view(inputs, c_size_t(1), c_size_t(len(inputs)), byref(x)))
check(tg.tg_matrix_view(outputs, c_size_t(1), c_size_t(len(outputs)), byref(y)))
check(tg.tg_model_predict(model, byref(x), byref(y)))
check(tg.tg_argmax(byref(y), byref(best)))
if best.value < 0:
    sys.exit("the model's output is not a number")
print(tg.tg_model_class_name(model, c_size_t(best.value)).decode(), f"{outputs[best.value]:.3f}")
tg.tg_model_destroy(model)
