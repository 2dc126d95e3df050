/* SPDX-License-Identifier: MIT */
/* Tigrillo: small neural networks in C. This header includes all the others; from bottom to top: */
#ifndef TIGRILLO_H
#define TIGRILLO_H

#include <tigrillo/api.h>
#include <tigrillo/memory.h>
#include <tigrillo/status.h>
#include <tigrillo/version.h>
/* numbers */
#include <tigrillo/device.h>
#include <tigrillo/random.h>
#include <tigrillo/tensor.h>
/* operations on tensors */
#include <tigrillo/activation.h>
#include <tigrillo/dense.h>
#include <tigrillo/dropout.h>
#include <tigrillo/init.h>
#include <tigrillo/labels.h>
#include <tigrillo/loss.h>
#include <tigrillo/optimizer.h>
#include <tigrillo/schedule.h>
#include <tigrillo/softmax.h>
/* data */
#include <tigrillo/dataset.h>
#include <tigrillo/input.h>
#include <tigrillo/picture.h>
/* models and training */
#include <tigrillo/export.h>
#include <tigrillo/fit.h>
#include <tigrillo/layer.h>
#include <tigrillo/metrics.h>
#include <tigrillo/model.h>
#include <tigrillo/onnx.h>
#include <tigrillo/plan.h>

#endif
