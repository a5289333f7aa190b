# Copies IN to OUT without indentation and without lines that are comments: what people read
# is in web/, what browsers load is a tenth lighter.  The sources keep to what makes this
# safe: no string goes over a line's end, and no comment shares its line with code.
file(READ ${IN} text)
string(REGEX REPLACE "\n[ \t]+" "\n" text "\n${text}")
string(REGEX REPLACE "\n//[^\n]*" "" text "${text}")
string(REGEX REPLACE "\n/\\*[^*]*\\*/" "" text "${text}")
string(REGEX REPLACE "\n\n+" "\n" text "${text}")
string(REGEX REPLACE "^\n" "" text "${text}")
file(WRITE ${OUT} "${text}")
