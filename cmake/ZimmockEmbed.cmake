# cmake -DOUTPUT=x.cpp -DNAMESPACE=a::b -DFUNCTION=name -DTYPE=CaseFile -DHEADER=h -DROOT=folder -DFILES=a;b -P ZimmockEmbed.cmake
# Writes a function that returns the files' paths (below ROOT; without extension, unless -DEXTENSION=1) and texts.
string(REPLACE "|" ";" FILES "${FILES}")
set(rows "")
foreach(file IN LISTS FILES)
  file(READ "${file}" text)
  file(RELATIVE_PATH path "${ROOT}" "${file}")
  if(NOT EXTENSION)
    string(REGEX REPLACE "\\.[a-z]+$" "" path "${path}")
  endif()
  # Compilers limit one literal to 64 KiB; several in a row are one.
  string(LENGTH "${text}" length)
  set(literals "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 8000 part)
    string(APPEND literals "R\"zimmock(${part})zimmock\"\n")
    math(EXPR at "${at} + 8000")
  endwhile()
  string(APPEND rows "    {\"${path}\",\n${literals}},\n")
endforeach()
file(WRITE "${OUTPUT}.new" "// Made from ${ROOT_NAME}; do not edit.
#include \"${HEADER}\"

namespace ${NAMESPACE} {

std::span<const ${TYPE}> ${FUNCTION}() {
  static constexpr ${TYPE} kFiles[] = {
${rows}};
  return kFiles;
}

}  // namespace ${NAMESPACE}
")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
