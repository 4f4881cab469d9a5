# A file as an array of bytes in C: cmake -DIN=FILE -DOUT=FILE.c -DNAME=sw_page_html -P cmake/embed.cmake
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "#include \"seawall/up/page.h\"\nconst unsigned char ${NAME}[] = {\n${bytes}0};\nconst unsigned long ${NAME}_bytes = sizeof ${NAME} - 1;\n")
