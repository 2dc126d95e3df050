/* SPDX-License-Identifier: MIT */
#ifndef TIGRILLO_PTX_CONTAINER_H
#define TIGRILLO_PTX_CONTAINER_H

#include <string>

namespace ptx {

/* The PTX of the lowest target in a fat binary, or the image itself if it is PTX. Empty: there is
 * none in clear text (nvcc compresses it without -no-compress), and *reason says why. */
std::string text_of(const void *image, std::string *reason);

} // namespace ptx

#endif
