# SPDX-License-Identifier: MIT
# Makes the comments of the public headers such as Doxygen reads.
1d
# The comment at the top is that of the file.
2s,^/\* ,/** @file\
 * ,
# Others stand before what they belong to, or behind it.
s,^\( *\)/\* ,\1/** ,
s,\([;{,]\|[A-Z0-9_]\) */\* ,\1 /**< ,
