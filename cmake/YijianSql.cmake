# yijian_embed_sql(<room>): src/<room>/migrations/NNNN_name.sql become `std::vector<store::Migration> <room>::Migrations()`,
# in order of their numbers. The room declares it in a header of its own and has store among its DEPS.
function(yijian_embed_sql room)
  file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/migrations/*.sql")
  list(SORT files)
  set(generated "${CMAKE_CURRENT_BINARY_DIR}/${room}_migrations.cc")
  set(script "${PROJECT_SOURCE_DIR}/cmake/EmbedSql.cmake")
  add_custom_command(
    OUTPUT "${generated}"
    COMMAND "${CMAKE_COMMAND}" -DROOM=${room} "-DFILES=${files}" -DOUT=${generated} -P "${script}"
    DEPENDS ${files} "${script}"
    VERBATIM)
  target_sources(yijian_${room} PRIVATE "${generated}")
endfunction()
