# The program in README.md must be readme.c, from its first #include on.
file(READ readme.c program)
file(READ ../README.md readme)
string(FIND "${program}" "#include" start)
string(SUBSTRING "${program}" ${start} -1 program)
string(FIND "${readme}" "```c\n${program}```" place)
if(place EQUAL -1)
  message(FATAL_ERROR "the program in README.md is not that of examples/readme.c")
endif()
