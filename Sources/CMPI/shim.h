#pragma once
#if !__has_include(<mpi.h>)
#error "Open MPI was not found. Install it with 'apt-get install libopenmpi-dev openmpi-bin' (Debian, Ubuntu) or 'brew install open-mpi' (macOS), then build again."
#endif
#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

// One accessor per constant of MPI 3.1, since a macro with a cast in it does not reach Swift: MPI_X is cmpi_x().

// MARK: Failures of processes (user-level failure mitigation)
//
// A program built with a library that has none may run with one that has: these are Open MPI's numbers then.

#ifdef MPIX_ERR_PROC_FAILED
static inline int cmpi_err_proc_failed(void) { return MPIX_ERR_PROC_FAILED; }
static inline int cmpi_err_proc_failed_pending(void) { return MPIX_ERR_PROC_FAILED_PENDING; }
static inline int cmpi_err_revoked(void) { return MPIX_ERR_REVOKED; }
#else
static inline int cmpi_err_proc_failed(void) { return 75; }
static inline int cmpi_err_proc_failed_pending(void) { return 76; }
static inline int cmpi_err_revoked(void) { return 77; }
#endif

// MARK: Initialisation and environment (MPI 3.1 chapter 8)

static inline int cmpi_success(void) { return MPI_SUCCESS; }
static inline int cmpi_version(void) { return MPI_VERSION; }
static inline int cmpi_subversion(void) { return MPI_SUBVERSION; }
static inline int cmpi_max_processor_name(void) { return MPI_MAX_PROCESSOR_NAME; }
static inline int cmpi_max_error_string(void) { return MPI_MAX_ERROR_STRING; }
static inline int cmpi_max_library_version_string(void) { return MPI_MAX_LIBRARY_VERSION_STRING; }
static inline int cmpi_max_object_name(void) { return MPI_MAX_OBJECT_NAME; }
static inline int cmpi_undefined(void) { return MPI_UNDEFINED; }
static inline int cmpi_tag_ub(void) { return MPI_TAG_UB; }
static inline int cmpi_host(void) { return MPI_HOST; }
static inline int cmpi_io(void) { return MPI_IO; }
static inline int cmpi_wtime_is_global(void) { return MPI_WTIME_IS_GLOBAL; }
static inline int cmpi_universe_size(void) { return MPI_UNIVERSE_SIZE; }
static inline int cmpi_appnum(void) { return MPI_APPNUM; }
static inline int cmpi_lastusedcode(void) { return MPI_LASTUSEDCODE; }
static inline MPI_Errhandler cmpi_errors_are_fatal(void) { return MPI_ERRORS_ARE_FATAL; }
static inline MPI_Errhandler cmpi_errors_return(void) { return MPI_ERRORS_RETURN; }
static inline MPI_Errhandler cmpi_errhandler_null(void) { return MPI_ERRHANDLER_NULL; }

// Swift cannot call a function with an open list of arguments.
static inline int cmpi_pcontrol(int level) { return MPI_Pcontrol(level); }

// An error handler is such a function, too. One serves all communicators, windows and files; it passes on whose error it was.
typedef void (*cmpi_error_hook)(uintptr_t object_bits, int code);
static inline cmpi_error_hook *cmpi_comm_error_hook(void) { static cmpi_error_hook hook; return &hook; }
static inline void cmpi_comm_error(MPI_Comm *object, int *code, ...) { (*cmpi_comm_error_hook())((uintptr_t) *object, *code); }
static inline int cmpi_comm_create_errhandler(cmpi_error_hook hook, MPI_Errhandler *made) {
    *cmpi_comm_error_hook() = hook;
    return MPI_Comm_create_errhandler(cmpi_comm_error, made);
}
static inline cmpi_error_hook *cmpi_win_error_hook(void) { static cmpi_error_hook hook; return &hook; }
static inline void cmpi_win_error(MPI_Win *object, int *code, ...) { (*cmpi_win_error_hook())((uintptr_t) *object, *code); }
static inline int cmpi_win_create_errhandler(cmpi_error_hook hook, MPI_Errhandler *made) {
    *cmpi_win_error_hook() = hook;
    return MPI_Win_create_errhandler(cmpi_win_error, made);
}
static inline cmpi_error_hook *cmpi_file_error_hook(void) { static cmpi_error_hook hook; return &hook; }
static inline void cmpi_file_error(MPI_File *object, int *code, ...) { (*cmpi_file_error_hook())((uintptr_t) *object, *code); }
static inline int cmpi_file_create_errhandler(cmpi_error_hook hook, MPI_Errhandler *made) {
    *cmpi_file_error_hook() = hook;
    return MPI_File_create_errhandler(cmpi_file_error, made);
}

// MARK: External interfaces: levels of thread support (chapter 12)

static inline int cmpi_thread_single(void) { return MPI_THREAD_SINGLE; }
static inline int cmpi_thread_funneled(void) { return MPI_THREAD_FUNNELED; }
static inline int cmpi_thread_serialized(void) { return MPI_THREAD_SERIALIZED; }
static inline int cmpi_thread_multiple(void) { return MPI_THREAD_MULTIPLE; }

// MARK: Error classes (§8.4)

static inline int cmpi_err_buffer(void) { return MPI_ERR_BUFFER; }
static inline int cmpi_err_count(void) { return MPI_ERR_COUNT; }
static inline int cmpi_err_type(void) { return MPI_ERR_TYPE; }
static inline int cmpi_err_tag(void) { return MPI_ERR_TAG; }
static inline int cmpi_err_comm(void) { return MPI_ERR_COMM; }
static inline int cmpi_err_rank(void) { return MPI_ERR_RANK; }
static inline int cmpi_err_request(void) { return MPI_ERR_REQUEST; }
static inline int cmpi_err_root(void) { return MPI_ERR_ROOT; }
static inline int cmpi_err_group(void) { return MPI_ERR_GROUP; }
static inline int cmpi_err_op(void) { return MPI_ERR_OP; }
static inline int cmpi_err_topology(void) { return MPI_ERR_TOPOLOGY; }
static inline int cmpi_err_dims(void) { return MPI_ERR_DIMS; }
static inline int cmpi_err_arg(void) { return MPI_ERR_ARG; }
static inline int cmpi_err_unknown(void) { return MPI_ERR_UNKNOWN; }
static inline int cmpi_err_truncate(void) { return MPI_ERR_TRUNCATE; }
static inline int cmpi_err_other(void) { return MPI_ERR_OTHER; }
static inline int cmpi_err_intern(void) { return MPI_ERR_INTERN; }
static inline int cmpi_err_in_status(void) { return MPI_ERR_IN_STATUS; }
static inline int cmpi_err_pending(void) { return MPI_ERR_PENDING; }
static inline int cmpi_err_access(void) { return MPI_ERR_ACCESS; }
static inline int cmpi_err_amode(void) { return MPI_ERR_AMODE; }
static inline int cmpi_err_assert(void) { return MPI_ERR_ASSERT; }
static inline int cmpi_err_bad_file(void) { return MPI_ERR_BAD_FILE; }
static inline int cmpi_err_base(void) { return MPI_ERR_BASE; }
static inline int cmpi_err_conversion(void) { return MPI_ERR_CONVERSION; }
static inline int cmpi_err_disp(void) { return MPI_ERR_DISP; }
static inline int cmpi_err_dup_datarep(void) { return MPI_ERR_DUP_DATAREP; }
static inline int cmpi_err_file_exists(void) { return MPI_ERR_FILE_EXISTS; }
static inline int cmpi_err_file_in_use(void) { return MPI_ERR_FILE_IN_USE; }
static inline int cmpi_err_file(void) { return MPI_ERR_FILE; }
static inline int cmpi_err_info_key(void) { return MPI_ERR_INFO_KEY; }
static inline int cmpi_err_info_nokey(void) { return MPI_ERR_INFO_NOKEY; }
static inline int cmpi_err_info_value(void) { return MPI_ERR_INFO_VALUE; }
static inline int cmpi_err_info(void) { return MPI_ERR_INFO; }
static inline int cmpi_err_io(void) { return MPI_ERR_IO; }
static inline int cmpi_err_keyval(void) { return MPI_ERR_KEYVAL; }
static inline int cmpi_err_locktype(void) { return MPI_ERR_LOCKTYPE; }
static inline int cmpi_err_name(void) { return MPI_ERR_NAME; }
static inline int cmpi_err_no_mem(void) { return MPI_ERR_NO_MEM; }
static inline int cmpi_err_not_same(void) { return MPI_ERR_NOT_SAME; }
static inline int cmpi_err_no_space(void) { return MPI_ERR_NO_SPACE; }
static inline int cmpi_err_no_such_file(void) { return MPI_ERR_NO_SUCH_FILE; }
static inline int cmpi_err_port(void) { return MPI_ERR_PORT; }
static inline int cmpi_err_quota(void) { return MPI_ERR_QUOTA; }
static inline int cmpi_err_read_only(void) { return MPI_ERR_READ_ONLY; }
static inline int cmpi_err_rma_conflict(void) { return MPI_ERR_RMA_CONFLICT; }
static inline int cmpi_err_rma_sync(void) { return MPI_ERR_RMA_SYNC; }
static inline int cmpi_err_rma_range(void) { return MPI_ERR_RMA_RANGE; }
static inline int cmpi_err_rma_attach(void) { return MPI_ERR_RMA_ATTACH; }
static inline int cmpi_err_rma_flavor(void) { return MPI_ERR_RMA_FLAVOR; }
static inline int cmpi_err_rma_shared(void) { return MPI_ERR_RMA_SHARED; }
static inline int cmpi_err_service(void) { return MPI_ERR_SERVICE; }
static inline int cmpi_err_size(void) { return MPI_ERR_SIZE; }
static inline int cmpi_err_spawn(void) { return MPI_ERR_SPAWN; }
static inline int cmpi_err_unsupported_datarep(void) { return MPI_ERR_UNSUPPORTED_DATAREP; }
static inline int cmpi_err_unsupported_operation(void) { return MPI_ERR_UNSUPPORTED_OPERATION; }
static inline int cmpi_err_win(void) { return MPI_ERR_WIN; }
static inline int cmpi_err_lastcode(void) { return MPI_ERR_LASTCODE; }

// MARK: Point-to-point communication (chapter 3)

static inline int cmpi_any_source(void) { return MPI_ANY_SOURCE; }
static inline int cmpi_any_tag(void) { return MPI_ANY_TAG; }
static inline int cmpi_proc_null(void) { return MPI_PROC_NULL; }
static inline int cmpi_bsend_overhead(void) { return MPI_BSEND_OVERHEAD; }
static inline MPI_Request cmpi_request_null(void) { return MPI_REQUEST_NULL; }
static inline MPI_Message cmpi_message_null(void) { return MPI_MESSAGE_NULL; }
static inline MPI_Message cmpi_message_no_proc(void) { return MPI_MESSAGE_NO_PROC; }
static inline MPI_Status *cmpi_status_ignore(void) { return MPI_STATUS_IGNORE; }
static inline MPI_Status *cmpi_statuses_ignore(void) { return MPI_STATUSES_IGNORE; }

/// How many bytes a message has: MPI_Get_elements_x of MPI_BYTE, for every message that is received.
static inline MPI_Count cmpi_byte_count(MPI_Status *status) {
#ifdef OPEN_MPI
    // What its function returns for bytes, without the call.
    return (MPI_Count)status->_ucount;
#else
    MPI_Count count = 0;
    (void)MPI_Get_elements_x(status, MPI_BYTE, &count);
    return count;
#endif
}
static inline void *cmpi_bottom(void) { return MPI_BOTTOM; }

// MARK: Datatypes: C (chapter 4, annex A)

static inline MPI_Datatype cmpi_datatype_null(void) { return MPI_DATATYPE_NULL; }
static inline MPI_Datatype cmpi_byte(void) { return MPI_BYTE; }
static inline MPI_Datatype cmpi_packed(void) { return MPI_PACKED; }
static inline MPI_Datatype cmpi_char(void) { return MPI_CHAR; }
static inline MPI_Datatype cmpi_signed_char(void) { return MPI_SIGNED_CHAR; }
static inline MPI_Datatype cmpi_unsigned_char(void) { return MPI_UNSIGNED_CHAR; }
static inline MPI_Datatype cmpi_wchar(void) { return MPI_WCHAR; }
static inline MPI_Datatype cmpi_short(void) { return MPI_SHORT; }
static inline MPI_Datatype cmpi_unsigned_short(void) { return MPI_UNSIGNED_SHORT; }
static inline MPI_Datatype cmpi_int(void) { return MPI_INT; }
static inline MPI_Datatype cmpi_unsigned(void) { return MPI_UNSIGNED; }
static inline MPI_Datatype cmpi_long(void) { return MPI_LONG; }
static inline MPI_Datatype cmpi_unsigned_long(void) { return MPI_UNSIGNED_LONG; }
static inline MPI_Datatype cmpi_long_long_int(void) { return MPI_LONG_LONG_INT; }
static inline MPI_Datatype cmpi_long_long(void) { return MPI_LONG_LONG; }
static inline MPI_Datatype cmpi_unsigned_long_long(void) { return MPI_UNSIGNED_LONG_LONG; }
static inline MPI_Datatype cmpi_float(void) { return MPI_FLOAT; }
static inline MPI_Datatype cmpi_double(void) { return MPI_DOUBLE; }
static inline MPI_Datatype cmpi_long_double(void) { return MPI_LONG_DOUBLE; }
static inline MPI_Datatype cmpi_int8_t(void) { return MPI_INT8_T; }
static inline MPI_Datatype cmpi_int16_t(void) { return MPI_INT16_T; }
static inline MPI_Datatype cmpi_int32_t(void) { return MPI_INT32_T; }
static inline MPI_Datatype cmpi_int64_t(void) { return MPI_INT64_T; }
static inline MPI_Datatype cmpi_uint8_t(void) { return MPI_UINT8_T; }
static inline MPI_Datatype cmpi_uint16_t(void) { return MPI_UINT16_T; }
static inline MPI_Datatype cmpi_uint32_t(void) { return MPI_UINT32_T; }
static inline MPI_Datatype cmpi_uint64_t(void) { return MPI_UINT64_T; }
static inline MPI_Datatype cmpi_c_bool(void) { return MPI_C_BOOL; }
static inline MPI_Datatype cmpi_c_complex(void) { return MPI_C_COMPLEX; }
static inline MPI_Datatype cmpi_c_float_complex(void) { return MPI_C_FLOAT_COMPLEX; }
static inline MPI_Datatype cmpi_c_double_complex(void) { return MPI_C_DOUBLE_COMPLEX; }
static inline MPI_Datatype cmpi_c_long_double_complex(void) { return MPI_C_LONG_DOUBLE_COMPLEX; }
static inline MPI_Datatype cmpi_aint(void) { return MPI_AINT; }
static inline MPI_Datatype cmpi_count(void) { return MPI_COUNT; }
static inline MPI_Datatype cmpi_offset(void) { return MPI_OFFSET; }

// MARK: Datatypes: pairs for MPI_MINLOC and MPI_MAXLOC

static inline MPI_Datatype cmpi_float_int(void) { return MPI_FLOAT_INT; }
static inline MPI_Datatype cmpi_double_int(void) { return MPI_DOUBLE_INT; }
static inline MPI_Datatype cmpi_long_int(void) { return MPI_LONG_INT; }
static inline MPI_Datatype cmpi_2int(void) { return MPI_2INT; }
static inline MPI_Datatype cmpi_short_int(void) { return MPI_SHORT_INT; }
static inline MPI_Datatype cmpi_long_double_int(void) { return MPI_LONG_DOUBLE_INT; }

// MARK: Datatypes: C++ and Fortran, where the library has them

#ifdef MPI_CXX_BOOL
static inline MPI_Datatype cmpi_cxx_bool(void) { return MPI_CXX_BOOL; }
#endif
#ifdef MPI_CXX_FLOAT_COMPLEX
static inline MPI_Datatype cmpi_cxx_float_complex(void) { return MPI_CXX_FLOAT_COMPLEX; }
#endif
#ifdef MPI_CXX_DOUBLE_COMPLEX
static inline MPI_Datatype cmpi_cxx_double_complex(void) { return MPI_CXX_DOUBLE_COMPLEX; }
#endif
#ifdef MPI_CXX_LONG_DOUBLE_COMPLEX
static inline MPI_Datatype cmpi_cxx_long_double_complex(void) { return MPI_CXX_LONG_DOUBLE_COMPLEX; }
#endif
#ifdef MPI_INTEGER
static inline MPI_Datatype cmpi_integer(void) { return MPI_INTEGER; }
#endif
#ifdef MPI_REAL
static inline MPI_Datatype cmpi_real(void) { return MPI_REAL; }
#endif
#ifdef MPI_DOUBLE_PRECISION
static inline MPI_Datatype cmpi_double_precision(void) { return MPI_DOUBLE_PRECISION; }
#endif
#ifdef MPI_COMPLEX
static inline MPI_Datatype cmpi_complex(void) { return MPI_COMPLEX; }
#endif
#ifdef MPI_DOUBLE_COMPLEX
static inline MPI_Datatype cmpi_double_complex(void) { return MPI_DOUBLE_COMPLEX; }
#endif
#ifdef MPI_LOGICAL
static inline MPI_Datatype cmpi_logical(void) { return MPI_LOGICAL; }
#endif
#ifdef MPI_CHARACTER
static inline MPI_Datatype cmpi_character(void) { return MPI_CHARACTER; }
#endif
#ifdef MPI_INTEGER1
static inline MPI_Datatype cmpi_integer1(void) { return MPI_INTEGER1; }
#endif
#ifdef MPI_INTEGER2
static inline MPI_Datatype cmpi_integer2(void) { return MPI_INTEGER2; }
#endif
#ifdef MPI_INTEGER4
static inline MPI_Datatype cmpi_integer4(void) { return MPI_INTEGER4; }
#endif
#ifdef MPI_INTEGER8
static inline MPI_Datatype cmpi_integer8(void) { return MPI_INTEGER8; }
#endif
#ifdef MPI_INTEGER16
static inline MPI_Datatype cmpi_integer16(void) { return MPI_INTEGER16; }
#endif
#ifdef MPI_REAL4
static inline MPI_Datatype cmpi_real4(void) { return MPI_REAL4; }
#endif
#ifdef MPI_REAL8
static inline MPI_Datatype cmpi_real8(void) { return MPI_REAL8; }
#endif
#ifdef MPI_REAL16
static inline MPI_Datatype cmpi_real16(void) { return MPI_REAL16; }
#endif
#ifdef MPI_COMPLEX8
static inline MPI_Datatype cmpi_complex8(void) { return MPI_COMPLEX8; }
#endif
#ifdef MPI_COMPLEX16
static inline MPI_Datatype cmpi_complex16(void) { return MPI_COMPLEX16; }
#endif
#ifdef MPI_COMPLEX32
static inline MPI_Datatype cmpi_complex32(void) { return MPI_COMPLEX32; }
#endif
#ifdef MPI_2REAL
static inline MPI_Datatype cmpi_2real(void) { return MPI_2REAL; }
#endif
#ifdef MPI_2DOUBLE_PRECISION
static inline MPI_Datatype cmpi_2double_precision(void) { return MPI_2DOUBLE_PRECISION; }
#endif
#ifdef MPI_2INTEGER
static inline MPI_Datatype cmpi_2integer(void) { return MPI_2INTEGER; }
#endif

// MARK: Datatypes: constructors, orders and distributions

static inline int cmpi_order_c(void) { return MPI_ORDER_C; }
static inline int cmpi_order_fortran(void) { return MPI_ORDER_FORTRAN; }
static inline int cmpi_distribute_block(void) { return MPI_DISTRIBUTE_BLOCK; }
static inline int cmpi_distribute_cyclic(void) { return MPI_DISTRIBUTE_CYCLIC; }
static inline int cmpi_distribute_none(void) { return MPI_DISTRIBUTE_NONE; }
static inline int cmpi_distribute_dflt_darg(void) { return MPI_DISTRIBUTE_DFLT_DARG; }
static inline int cmpi_typeclass_integer(void) { return MPI_TYPECLASS_INTEGER; }
static inline int cmpi_typeclass_real(void) { return MPI_TYPECLASS_REAL; }
static inline int cmpi_typeclass_complex(void) { return MPI_TYPECLASS_COMPLEX; }
static inline int cmpi_combiner_named(void) { return MPI_COMBINER_NAMED; }
static inline int cmpi_combiner_dup(void) { return MPI_COMBINER_DUP; }
static inline int cmpi_combiner_contiguous(void) { return MPI_COMBINER_CONTIGUOUS; }
static inline int cmpi_combiner_vector(void) { return MPI_COMBINER_VECTOR; }
static inline int cmpi_combiner_hvector(void) { return MPI_COMBINER_HVECTOR; }
static inline int cmpi_combiner_indexed(void) { return MPI_COMBINER_INDEXED; }
static inline int cmpi_combiner_hindexed(void) { return MPI_COMBINER_HINDEXED; }
static inline int cmpi_combiner_indexed_block(void) { return MPI_COMBINER_INDEXED_BLOCK; }
static inline int cmpi_combiner_hindexed_block(void) { return MPI_COMBINER_HINDEXED_BLOCK; }
static inline int cmpi_combiner_struct(void) { return MPI_COMBINER_STRUCT; }
static inline int cmpi_combiner_subarray(void) { return MPI_COMBINER_SUBARRAY; }
static inline int cmpi_combiner_darray(void) { return MPI_COMBINER_DARRAY; }
static inline int cmpi_combiner_f90_real(void) { return MPI_COMBINER_F90_REAL; }
static inline int cmpi_combiner_f90_complex(void) { return MPI_COMBINER_F90_COMPLEX; }
static inline int cmpi_combiner_f90_integer(void) { return MPI_COMBINER_F90_INTEGER; }
static inline int cmpi_combiner_resized(void) { return MPI_COMBINER_RESIZED; }

// MARK: Collective communication (chapter 5)

static inline void *cmpi_in_place(void) { return MPI_IN_PLACE; }
static inline int cmpi_root(void) { return MPI_ROOT; }
static inline MPI_Op cmpi_op_null(void) { return MPI_OP_NULL; }
static inline MPI_Op cmpi_max(void) { return MPI_MAX; }
static inline MPI_Op cmpi_min(void) { return MPI_MIN; }
static inline MPI_Op cmpi_sum(void) { return MPI_SUM; }
static inline MPI_Op cmpi_prod(void) { return MPI_PROD; }
static inline MPI_Op cmpi_maxloc(void) { return MPI_MAXLOC; }
static inline MPI_Op cmpi_minloc(void) { return MPI_MINLOC; }
static inline MPI_Op cmpi_band(void) { return MPI_BAND; }
static inline MPI_Op cmpi_bor(void) { return MPI_BOR; }
static inline MPI_Op cmpi_bxor(void) { return MPI_BXOR; }
static inline MPI_Op cmpi_land(void) { return MPI_LAND; }
static inline MPI_Op cmpi_lor(void) { return MPI_LOR; }
static inline MPI_Op cmpi_lxor(void) { return MPI_LXOR; }
static inline MPI_Op cmpi_replace(void) { return MPI_REPLACE; }
static inline MPI_Op cmpi_no_op(void) { return MPI_NO_OP; }

// MARK: Groups, communicators, attributes (chapter 6)

static inline MPI_Comm cmpi_comm_world(void) { return MPI_COMM_WORLD; }
static inline MPI_Comm cmpi_comm_self(void) { return MPI_COMM_SELF; }
static inline MPI_Comm cmpi_comm_null(void) { return MPI_COMM_NULL; }
static inline MPI_Group cmpi_group_null(void) { return MPI_GROUP_NULL; }
static inline MPI_Group cmpi_group_empty(void) { return MPI_GROUP_EMPTY; }
static inline int cmpi_ident(void) { return MPI_IDENT; }
static inline int cmpi_congruent(void) { return MPI_CONGRUENT; }
static inline int cmpi_similar(void) { return MPI_SIMILAR; }
static inline int cmpi_unequal(void) { return MPI_UNEQUAL; }
static inline int cmpi_comm_type_shared(void) { return MPI_COMM_TYPE_SHARED; }
static inline int cmpi_keyval_invalid(void) { return MPI_KEYVAL_INVALID; }
static inline MPI_Comm_copy_attr_function *cmpi_comm_null_copy_fn(void) { return MPI_COMM_NULL_COPY_FN; }
static inline MPI_Comm_copy_attr_function *cmpi_comm_dup_fn(void) { return MPI_COMM_DUP_FN; }
static inline MPI_Comm_delete_attr_function *cmpi_comm_null_delete_fn(void) { return MPI_COMM_NULL_DELETE_FN; }
static inline MPI_Type_copy_attr_function *cmpi_type_null_copy_fn(void) { return MPI_TYPE_NULL_COPY_FN; }
static inline MPI_Type_copy_attr_function *cmpi_type_dup_fn(void) { return MPI_TYPE_DUP_FN; }
static inline MPI_Type_delete_attr_function *cmpi_type_null_delete_fn(void) { return MPI_TYPE_NULL_DELETE_FN; }
static inline MPI_Win_copy_attr_function *cmpi_win_null_copy_fn(void) { return MPI_WIN_NULL_COPY_FN; }
static inline MPI_Win_copy_attr_function *cmpi_win_dup_fn(void) { return MPI_WIN_DUP_FN; }
static inline MPI_Win_delete_attr_function *cmpi_win_null_delete_fn(void) { return MPI_WIN_NULL_DELETE_FN; }

// MARK: Process topologies (chapter 7)

static inline int cmpi_graph(void) { return MPI_GRAPH; }
static inline int cmpi_cart(void) { return MPI_CART; }
static inline int cmpi_dist_graph(void) { return MPI_DIST_GRAPH; }
static inline int *cmpi_unweighted(void) { return MPI_UNWEIGHTED; }
static inline int *cmpi_weights_empty(void) { return MPI_WEIGHTS_EMPTY; }

// MARK: Info (chapter 9)

static inline MPI_Info cmpi_info_null(void) { return MPI_INFO_NULL; }
static inline MPI_Info cmpi_info_env(void) { return MPI_INFO_ENV; }
static inline int cmpi_max_info_key(void) { return MPI_MAX_INFO_KEY; }
static inline int cmpi_max_info_val(void) { return MPI_MAX_INFO_VAL; }

// MARK: Process creation and management (chapter 10)

static inline char **cmpi_argv_null(void) { return MPI_ARGV_NULL; }
static inline char ***cmpi_argvs_null(void) { return MPI_ARGVS_NULL; }
static inline int *cmpi_errcodes_ignore(void) { return MPI_ERRCODES_IGNORE; }
static inline int cmpi_max_port_name(void) { return MPI_MAX_PORT_NAME; }

// MARK: One-sided communication (chapter 11)

static inline MPI_Win cmpi_win_null(void) { return MPI_WIN_NULL; }
static inline int cmpi_win_base(void) { return MPI_WIN_BASE; }
static inline int cmpi_win_size(void) { return MPI_WIN_SIZE; }
static inline int cmpi_win_disp_unit(void) { return MPI_WIN_DISP_UNIT; }
static inline int cmpi_win_create_flavor(void) { return MPI_WIN_CREATE_FLAVOR; }
static inline int cmpi_win_model(void) { return MPI_WIN_MODEL; }
static inline int cmpi_win_flavor_create(void) { return MPI_WIN_FLAVOR_CREATE; }
static inline int cmpi_win_flavor_allocate(void) { return MPI_WIN_FLAVOR_ALLOCATE; }
static inline int cmpi_win_flavor_dynamic(void) { return MPI_WIN_FLAVOR_DYNAMIC; }
static inline int cmpi_win_flavor_shared(void) { return MPI_WIN_FLAVOR_SHARED; }
static inline int cmpi_win_separate(void) { return MPI_WIN_SEPARATE; }
static inline int cmpi_win_unified(void) { return MPI_WIN_UNIFIED; }
static inline int cmpi_lock_exclusive(void) { return MPI_LOCK_EXCLUSIVE; }
static inline int cmpi_lock_shared(void) { return MPI_LOCK_SHARED; }
static inline int cmpi_mode_nocheck(void) { return MPI_MODE_NOCHECK; }
static inline int cmpi_mode_nostore(void) { return MPI_MODE_NOSTORE; }
static inline int cmpi_mode_noput(void) { return MPI_MODE_NOPUT; }
static inline int cmpi_mode_noprecede(void) { return MPI_MODE_NOPRECEDE; }
static inline int cmpi_mode_nosucceed(void) { return MPI_MODE_NOSUCCEED; }

// MARK: Files (chapter 13)

static inline MPI_File cmpi_file_null(void) { return MPI_FILE_NULL; }
static inline int cmpi_mode_create(void) { return MPI_MODE_CREATE; }
static inline int cmpi_mode_rdonly(void) { return MPI_MODE_RDONLY; }
static inline int cmpi_mode_wronly(void) { return MPI_MODE_WRONLY; }
static inline int cmpi_mode_rdwr(void) { return MPI_MODE_RDWR; }
static inline int cmpi_mode_delete_on_close(void) { return MPI_MODE_DELETE_ON_CLOSE; }
static inline int cmpi_mode_unique_open(void) { return MPI_MODE_UNIQUE_OPEN; }
static inline int cmpi_mode_excl(void) { return MPI_MODE_EXCL; }
static inline int cmpi_mode_append(void) { return MPI_MODE_APPEND; }
static inline int cmpi_mode_sequential(void) { return MPI_MODE_SEQUENTIAL; }
static inline int cmpi_seek_set(void) { return MPI_SEEK_SET; }
static inline int cmpi_seek_cur(void) { return MPI_SEEK_CUR; }
static inline int cmpi_seek_end(void) { return MPI_SEEK_END; }
static inline int cmpi_max_datarep_string(void) { return MPI_MAX_DATAREP_STRING; }
static inline MPI_Offset cmpi_displacement_current(void) { return MPI_DISPLACEMENT_CURRENT; }
static inline MPI_Datarep_conversion_function *cmpi_conversion_fn_null(void) { return MPI_CONVERSION_FN_NULL; }

// MARK: Tools (chapter 14)

static inline int cmpi_t_err_memory(void) { return MPI_T_ERR_MEMORY; }
static inline int cmpi_t_err_not_initialized(void) { return MPI_T_ERR_NOT_INITIALIZED; }
static inline int cmpi_t_err_cannot_init(void) { return MPI_T_ERR_CANNOT_INIT; }
static inline int cmpi_t_err_invalid_index(void) { return MPI_T_ERR_INVALID_INDEX; }
static inline int cmpi_t_err_invalid_item(void) { return MPI_T_ERR_INVALID_ITEM; }
static inline int cmpi_t_err_invalid_handle(void) { return MPI_T_ERR_INVALID_HANDLE; }
static inline int cmpi_t_err_out_of_handles(void) { return MPI_T_ERR_OUT_OF_HANDLES; }
static inline int cmpi_t_err_out_of_sessions(void) { return MPI_T_ERR_OUT_OF_SESSIONS; }
static inline int cmpi_t_err_invalid_session(void) { return MPI_T_ERR_INVALID_SESSION; }
static inline int cmpi_t_err_cvar_set_not_now(void) { return MPI_T_ERR_CVAR_SET_NOT_NOW; }
static inline int cmpi_t_err_cvar_set_never(void) { return MPI_T_ERR_CVAR_SET_NEVER; }
static inline int cmpi_t_err_pvar_no_startstop(void) { return MPI_T_ERR_PVAR_NO_STARTSTOP; }
static inline int cmpi_t_err_pvar_no_write(void) { return MPI_T_ERR_PVAR_NO_WRITE; }
static inline int cmpi_t_err_pvar_no_atomic(void) { return MPI_T_ERR_PVAR_NO_ATOMIC; }
static inline int cmpi_t_err_invalid(void) { return MPI_T_ERR_INVALID; }
static inline int cmpi_t_err_invalid_name(void) { return MPI_T_ERR_INVALID_NAME; }
static inline int cmpi_t_verbosity_user_basic(void) { return MPI_T_VERBOSITY_USER_BASIC; }
static inline int cmpi_t_verbosity_user_detail(void) { return MPI_T_VERBOSITY_USER_DETAIL; }
static inline int cmpi_t_verbosity_user_all(void) { return MPI_T_VERBOSITY_USER_ALL; }
static inline int cmpi_t_verbosity_tuner_basic(void) { return MPI_T_VERBOSITY_TUNER_BASIC; }
static inline int cmpi_t_verbosity_tuner_detail(void) { return MPI_T_VERBOSITY_TUNER_DETAIL; }
static inline int cmpi_t_verbosity_tuner_all(void) { return MPI_T_VERBOSITY_TUNER_ALL; }
static inline int cmpi_t_verbosity_mpidev_basic(void) { return MPI_T_VERBOSITY_MPIDEV_BASIC; }
static inline int cmpi_t_verbosity_mpidev_detail(void) { return MPI_T_VERBOSITY_MPIDEV_DETAIL; }
static inline int cmpi_t_verbosity_mpidev_all(void) { return MPI_T_VERBOSITY_MPIDEV_ALL; }
static inline int cmpi_t_bind_no_object(void) { return MPI_T_BIND_NO_OBJECT; }
static inline int cmpi_t_bind_mpi_comm(void) { return MPI_T_BIND_MPI_COMM; }
static inline int cmpi_t_bind_mpi_datatype(void) { return MPI_T_BIND_MPI_DATATYPE; }
static inline int cmpi_t_bind_mpi_errhandler(void) { return MPI_T_BIND_MPI_ERRHANDLER; }
static inline int cmpi_t_bind_mpi_file(void) { return MPI_T_BIND_MPI_FILE; }
static inline int cmpi_t_bind_mpi_group(void) { return MPI_T_BIND_MPI_GROUP; }
static inline int cmpi_t_bind_mpi_op(void) { return MPI_T_BIND_MPI_OP; }
static inline int cmpi_t_bind_mpi_request(void) { return MPI_T_BIND_MPI_REQUEST; }
static inline int cmpi_t_bind_mpi_win(void) { return MPI_T_BIND_MPI_WIN; }
static inline int cmpi_t_bind_mpi_message(void) { return MPI_T_BIND_MPI_MESSAGE; }
static inline int cmpi_t_bind_mpi_info(void) { return MPI_T_BIND_MPI_INFO; }
static inline int cmpi_t_scope_constant(void) { return MPI_T_SCOPE_CONSTANT; }
static inline int cmpi_t_scope_readonly(void) { return MPI_T_SCOPE_READONLY; }
static inline int cmpi_t_scope_local(void) { return MPI_T_SCOPE_LOCAL; }
static inline int cmpi_t_scope_group(void) { return MPI_T_SCOPE_GROUP; }
static inline int cmpi_t_scope_group_eq(void) { return MPI_T_SCOPE_GROUP_EQ; }
static inline int cmpi_t_scope_all(void) { return MPI_T_SCOPE_ALL; }
static inline int cmpi_t_scope_all_eq(void) { return MPI_T_SCOPE_ALL_EQ; }
static inline int cmpi_t_pvar_class_state(void) { return MPI_T_PVAR_CLASS_STATE; }
static inline int cmpi_t_pvar_class_level(void) { return MPI_T_PVAR_CLASS_LEVEL; }
static inline int cmpi_t_pvar_class_size(void) { return MPI_T_PVAR_CLASS_SIZE; }
static inline int cmpi_t_pvar_class_percentage(void) { return MPI_T_PVAR_CLASS_PERCENTAGE; }
static inline int cmpi_t_pvar_class_highwatermark(void) { return MPI_T_PVAR_CLASS_HIGHWATERMARK; }
static inline int cmpi_t_pvar_class_lowwatermark(void) { return MPI_T_PVAR_CLASS_LOWWATERMARK; }
static inline int cmpi_t_pvar_class_counter(void) { return MPI_T_PVAR_CLASS_COUNTER; }
static inline int cmpi_t_pvar_class_aggregate(void) { return MPI_T_PVAR_CLASS_AGGREGATE; }
static inline int cmpi_t_pvar_class_timer(void) { return MPI_T_PVAR_CLASS_TIMER; }
static inline int cmpi_t_pvar_class_generic(void) { return MPI_T_PVAR_CLASS_GENERIC; }
static inline MPI_T_enum cmpi_t_enum_null(void) { return MPI_T_ENUM_NULL; }
static inline MPI_T_cvar_handle cmpi_t_cvar_handle_null(void) { return MPI_T_CVAR_HANDLE_NULL; }
static inline MPI_T_pvar_handle cmpi_t_pvar_handle_null(void) { return MPI_T_PVAR_HANDLE_NULL; }
static inline MPI_T_pvar_handle cmpi_t_pvar_all_handles(void) { return MPI_T_PVAR_ALL_HANDLES; }
static inline MPI_T_pvar_session cmpi_t_pvar_session_null(void) { return MPI_T_PVAR_SESSION_NULL; }

// MARK: Handles as plain numbers
//
// A handle is a pointer in Open MPI and an integer in MPICH. As bits it is the same to all code above.

static inline uintptr_t cmpi_comm_bits(MPI_Comm handle) { return (uintptr_t) handle; }
static inline MPI_Comm cmpi_comm_from_bits(uintptr_t bits) { return (MPI_Comm) bits; }
static inline uintptr_t cmpi_datatype_bits(MPI_Datatype handle) { return (uintptr_t) handle; }
static inline MPI_Datatype cmpi_datatype_from_bits(uintptr_t bits) { return (MPI_Datatype) bits; }
static inline uintptr_t cmpi_op_bits(MPI_Op handle) { return (uintptr_t) handle; }
static inline MPI_Op cmpi_op_from_bits(uintptr_t bits) { return (MPI_Op) bits; }
static inline uintptr_t cmpi_request_bits(MPI_Request handle) { return (uintptr_t) handle; }
static inline MPI_Request cmpi_request_from_bits(uintptr_t bits) { return (MPI_Request) bits; }
static inline uintptr_t cmpi_message_bits(MPI_Message handle) { return (uintptr_t) handle; }
static inline MPI_Message cmpi_message_from_bits(uintptr_t bits) { return (MPI_Message) bits; }
static inline uintptr_t cmpi_group_bits(MPI_Group handle) { return (uintptr_t) handle; }
static inline MPI_Group cmpi_group_from_bits(uintptr_t bits) { return (MPI_Group) bits; }
static inline uintptr_t cmpi_errhandler_bits(MPI_Errhandler handle) { return (uintptr_t) handle; }
static inline MPI_Errhandler cmpi_errhandler_from_bits(uintptr_t bits) { return (MPI_Errhandler) bits; }
static inline uintptr_t cmpi_info_bits(MPI_Info handle) { return (uintptr_t) handle; }
static inline MPI_Info cmpi_info_from_bits(uintptr_t bits) { return (MPI_Info) bits; }
static inline uintptr_t cmpi_win_bits(MPI_Win handle) { return (uintptr_t) handle; }
static inline MPI_Win cmpi_win_from_bits(uintptr_t bits) { return (MPI_Win) bits; }
static inline uintptr_t cmpi_file_bits(MPI_File handle) { return (uintptr_t) handle; }
static inline MPI_File cmpi_file_from_bits(uintptr_t bits) { return (MPI_File) bits; }

// MARK: Handles as Fortran has them
//
// The conversions are macros in one library and functions in another.

static inline int cmpi_comm_c2f(MPI_Comm handle) { return MPI_Comm_c2f(handle); }
static inline MPI_Comm cmpi_comm_f2c(int handle) { return MPI_Comm_f2c(handle); }
static inline int cmpi_datatype_c2f(MPI_Datatype handle) { return MPI_Type_c2f(handle); }
static inline MPI_Datatype cmpi_datatype_f2c(int handle) { return MPI_Type_f2c(handle); }
static inline int cmpi_group_c2f(MPI_Group handle) { return MPI_Group_c2f(handle); }
static inline MPI_Group cmpi_group_f2c(int handle) { return MPI_Group_f2c(handle); }
static inline int cmpi_op_c2f(MPI_Op handle) { return MPI_Op_c2f(handle); }
static inline MPI_Op cmpi_op_f2c(int handle) { return MPI_Op_f2c(handle); }
static inline int cmpi_win_c2f(MPI_Win handle) { return MPI_Win_c2f(handle); }
static inline MPI_Win cmpi_win_f2c(int handle) { return MPI_Win_f2c(handle); }
static inline int cmpi_file_c2f(MPI_File handle) { return MPI_File_c2f(handle); }
static inline MPI_File cmpi_file_f2c(int handle) { return MPI_File_f2c(handle); }
