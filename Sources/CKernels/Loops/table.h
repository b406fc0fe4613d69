// The table of one instruction set's loops.

#define FLOATS(op) .op = {.f32 = NAME(op##_f32), .f64 = NAME(op##_f64)}
#define INTEGERS(op) .op = {.i32 = NAME(op##_i32), .i64 = NAME(op##_i64), .u8 = NAME(op##_u8)}
#define SIGNED(op)                                                                            \
  .op = {.f32 = NAME(op##_f32), .f64 = NAME(op##_f64), .i32 = NAME(op##_i32),                 \
         .i64 = NAME(op##_i64)}
#define NUMBERS(op)                                                                           \
  .op = {.f32 = NAME(op##_f32), .f64 = NAME(op##_f64), .i32 = NAME(op##_i32),                 \
         .i64 = NAME(op##_i64), .u8 = NAME(op##_u8)}
#define ALL_TYPES(op)                                                                         \
  .op = {.f32 = NAME(op##_f32), .f64 = NAME(op##_f64), .i32 = NAME(op##_i32),                 \
         .i64 = NAME(op##_i64), .u8 = NAME(op##_u8), .boolean = NAME(op##_boolean)}
#define BOOLEAN(op) .op = {.boolean = NAME(op##_boolean)}
#define ARG_TABLE(op, I)                                                                      \
  .op##_##I = {.f32 = NAME(op##_f32_##I), .f64 = NAME(op##_f64_##I),                          \
               .i32 = NAME(op##_i32_##I), .i64 = NAME(op##_i64_##I), .u8 = NAME(op##_u8_##I)}

const sg_kernels NAME(sg_kernels) = {
    .name = SET,
    ALL_TYPES(identity), SIGNED(neg), SIGNED(abs), SIGNED(sign), NUMBERS(square),
    FLOATS(sqrt), FLOATS(rsqrt), FLOATS(reciprocal),
    FLOATS(exp), FLOATS(expm1), FLOATS(log), FLOATS(log1p),
    FLOATS(sin), FLOATS(cos), FLOATS(tan), FLOATS(asin), FLOATS(acos), FLOATS(atan),
    FLOATS(sinh), FLOATS(cosh), FLOATS(tanh), FLOATS(asinh), FLOATS(acosh), FLOATS(atanh),
    FLOATS(sigmoid), FLOATS(softplus), FLOATS(softsign), FLOATS(erf), FLOATS(erfc),
    FLOATS(lgamma), SIGNED(relu), SIGNED(relu6), FLOATS(elu), FLOATS(selu),
    FLOATS(floor), FLOATS(ceil), FLOATS(rint),
    BOOLEAN(logical_not), FLOATS(isnan), FLOATS(isinf), FLOATS(isfinite),

    NUMBERS(add), NUMBERS(sub), NUMBERS(mul), FLOATS(div),
    .floor_div = {.f32 = NAME(floor_div_f32), .f64 = NAME(floor_div_f64),
                  .i32 = NAME(floor_div_i32), .i64 = NAME(floor_div_i64),
                  .u8 = NAME(truncate_div_u8)},
    .floor_mod = {.f32 = NAME(floor_mod_f32), .f64 = NAME(floor_mod_f64),
                  .i32 = NAME(floor_mod_i32), .i64 = NAME(floor_mod_i64),
                  .u8 = NAME(truncate_mod_u8)},
    INTEGERS(truncate_div), NUMBERS(truncate_mod),
    NUMBERS(maximum), NUMBERS(minimum), NUMBERS(pow), NUMBERS(squared_difference),
    FLOATS(atan2), FLOATS(div_no_nan), FLOATS(mul_no_nan), FLOATS(xdivy), FLOATS(xlogy),
    FLOATS(tanh_grad), FLOATS(sigmoid_grad), FLOATS(sqrt_grad), FLOATS(rsqrt_grad),
    FLOATS(reciprocal_grad), FLOATS(relu_grad), FLOATS(relu6_grad), FLOATS(softplus_grad),
    FLOATS(softsign_grad), FLOATS(elu_grad), FLOATS(selu_grad),

    ALL_TYPES(equal), ALL_TYPES(not_equal), NUMBERS(less), NUMBERS(less_equal),
    NUMBERS(greater), NUMBERS(greater_equal), BOOLEAN(logical_and), BOOLEAN(logical_or),
    .select = {NAME(select_1), NAME(select_4), NAME(select_8)},
    .cast =
        {
            {NAME(identity_f32), NAME(cast_f32_f64), NAME(cast_f32_i32), NAME(cast_f32_i64),
             NAME(cast_f32_u8), NAME(cast_f32_boolean)},
            {NAME(cast_f64_f32), NAME(identity_f64), NAME(cast_f64_i32), NAME(cast_f64_i64),
             NAME(cast_f64_u8), NAME(cast_f64_boolean)},
            {NAME(cast_i32_f32), NAME(cast_i32_f64), NAME(identity_i32), NAME(cast_i32_i64),
             NAME(cast_i32_u8), NAME(cast_i32_boolean)},
            {NAME(cast_i64_f32), NAME(cast_i64_f64), NAME(cast_i64_i32), NAME(identity_i64),
             NAME(cast_i64_u8), NAME(cast_i64_boolean)},
            {NAME(cast_u8_f32), NAME(cast_u8_f64), NAME(cast_u8_i32), NAME(cast_u8_i64),
             NAME(identity_u8), NAME(cast_u8_boolean)},
            {NAME(cast_boolean_f32), NAME(cast_boolean_f64), NAME(cast_boolean_i32),
             NAME(cast_boolean_i64), NAME(cast_boolean_u8), NAME(identity_boolean)},
        },

    NUMBERS(sum), NUMBERS(prod), NUMBERS(max), NUMBERS(min), BOOLEAN(any), BOOLEAN(all),
    NUMBERS(sum_columns), NUMBERS(prod_columns), NUMBERS(max_columns), NUMBERS(min_columns),
    BOOLEAN(any_columns), BOOLEAN(all_columns),
    ARG_TABLE(argmax, i32), ARG_TABLE(argmin, i32), ARG_TABLE(argmax, i64),
    ARG_TABLE(argmin, i64),
    FLOATS(softmax), FLOATS(log_softmax), FLOATS(dense_cross_entropy),
    .sparse_cross_entropy = {NAME(sparse_cross_entropy_f32_i32),
                             NAME(sparse_cross_entropy_f32_i64),
                             NAME(sparse_cross_entropy_f64_i32),
                             NAME(sparse_cross_entropy_f64_i64)},
    FLOATS(apply_adam), FLOATS(apply_momentum), FLOATS(apply_gradient_descent),
    FLOATS(add_scaled), FLOATS(leaky_relu), FLOATS(leaky_relu_grad), FLOATS(bias_add),
    FLOATS(packed_product),
    .philox = NAME(philox),
};
