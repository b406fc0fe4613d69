extension OpSignature {
  /// The operations that graphs are written with and read from, as TensorFlow 2.15 registers them:
  /// name, operands, results, attributes with their kinds and defaults, and whether the operation
  /// has effects or draws random numbers. A line that begins with spaces continues the one before.
  ///
  /// `N*T` is a number of tensors of one type, `list<T>` any tensors; `N` and `T` name attributes.
  /// Which dtypes an attribute allows is left to the definitions.
  static let table = """
    Abs(x:T) -> (y:T) {T:type}
    Acos(x:T) -> (y:T) {T:type}
    Acosh(x:T) -> (y:T) {T:type}
    Add(x:T, y:T) -> (z:T) {T:type}
    AddN(inputs:N*T) -> (sum:T) {N:int; T:type}
    AddV2(x:T, y:T) -> (z:T) {T:type}
    All(input:bool, reduction_indices:Tidx) -> (output:bool) {keep_dims:bool = false; Tidx:type =
      int32}
    Any(input:bool, reduction_indices:Tidx) -> (output:bool) {keep_dims:bool = false; Tidx:type =
      int32}
    ArgMax(input:T, dimension:Tidx) -> (output:output_type) {T:type; Tidx:type = int32;
      output_type:type = int64}
    ArgMin(input:T, dimension:Tidx) -> (output:output_type) {T:type; Tidx:type = int32;
      output_type:type = int64}
    Asin(x:T) -> (y:T) {T:type}
    Asinh(x:T) -> (y:T) {T:type}
    Assert(condition:bool, data:list<T>) -> () {T:list(type); summarize:int = 3} stateful
    AssignAddVariableOp(resource:resource, value:dtype) -> () {dtype:type} stateful
    AssignSubVariableOp(resource:resource, value:dtype) -> () {dtype:type} stateful
    AssignVariableOp(resource:resource, value:dtype) -> () {dtype:type; validate_shape:bool =
      false} stateful
    Atan(x:T) -> (y:T) {T:type}
    Atan2(y:T, x:T) -> (z:T) {T:type}
    Atanh(x:T) -> (y:T) {T:type}
    AvgPool(value:T) -> (output:T) {ksize:list(int); strides:list(int);
      padding:string; data_format:string = "NHWC"; T:type}
    AvgPoolGrad(orig_input_shape:int32, grad:T) -> (output:T) {ksize:list(int); strides:list(int);
      padding:string; data_format:string = "NHWC"; T:type}
    BatchMatMul(x:T, y:T) -> (output:T) {T:type; adj_x:bool = false; adj_y:bool = false}
    BatchMatMulV2(x:T, y:T) -> (output:T) {T:type; adj_x:bool = false; adj_y:bool = false}
    BiasAdd(value:T, bias:T) -> (output:T) {T:type; data_format:string = "NHWC"}
    BiasAddGrad(out_backprop:T) -> (output:T) {T:type; data_format:string = "NHWC"}
    BroadcastGradientArgs(s0:T, s1:T) -> (r0:T, r1:T) {T:type = int32}
    BroadcastTo(input:T, shape:Tidx) -> (output:T) {T:type; Tidx:type = int32}
    Case(branch_index:int32, input:list<Tin>) -> (output:list<Tout>) {Tin:list(type);
      Tout:list(type); branches:list(func); output_shapes:list(shape) = []} stateful
    Cast(x:SrcT) -> (y:DstT) {SrcT:type; DstT:type; Truncate:bool = false}
    Ceil(x:T) -> (y:T) {T:type}
    CheckNumerics(tensor:T) -> (output:T) {T:type; message:string} stateful
    ClipByValue(t:T, clip_value_min:T, clip_value_max:T) -> (output:T) {T:type}
    ConcatOffset(concat_dim:int32, shape:N*shape_type) -> (offset:N*shape_type) {N:int;
      shape_type:type = int32}
    ConcatV2(values:N*T, axis:Tidx) -> (output:T) {N:int; T:type; Tidx:type = int32}
    Const() -> (output:dtype) {value:tensor; dtype:type}
    Conv2D(input:T, filter:T) -> (output:T) {T:type;
      strides:list(int); use_cudnn_on_gpu:bool = true; padding:string; explicit_paddings:list(int) =
      []; data_format:string = "NHWC"; dilations:list(int) = [1, 1, 1, 1]}
    Conv2DBackpropFilter(input:T, filter_sizes:int32, out_backprop:T) -> (output:T) {T:type;
      strides:list(int); use_cudnn_on_gpu:bool = true; padding:string; explicit_paddings:list(int) =
      []; data_format:string = "NHWC"; dilations:list(int) = [1, 1, 1, 1]}
    Conv2DBackpropInput(input_sizes:int32, filter:T, out_backprop:T) -> (output:T) {T:type;
      strides:list(int); use_cudnn_on_gpu:bool = true; padding:string; explicit_paddings:list(int) =
      []; data_format:string = "NHWC"; dilations:list(int) = [1, 1, 1, 1]}
    Cos(x:T) -> (y:T) {T:type}
    Cosh(x:T) -> (y:T) {T:type}
    Cumprod(x:T, axis:Tidx) -> (out:T) {exclusive:bool = false; reverse:bool = false; T:type;
      Tidx:type = int32}
    Cumsum(x:T, axis:Tidx) -> (out:T) {exclusive:bool = false; reverse:bool = false; T:type;
      Tidx:type = int32}
    DivNoNan(x:T, y:T) -> (z:T) {T:type}
    DynamicStitch(indices:N*int32, data:N*T) -> (merged:T) {N:int; T:type}
    ParallelDynamicStitch(indices:N*int32, data:N*T) -> (merged:T) {N:int; T:type}
    Elu(features:T) -> (activations:T) {T:type}
    EluGrad(gradients:T, outputs:T) -> (backprops:T) {T:type}
    EmptyTensorList(element_shape:shape_type, max_num_elements:int32) -> (handle:variant)
      {element_dtype:type; shape_type:type}
    Equal(x:T, y:T) -> (z:bool) {T:type; incompatible_shape_error:bool = true}
    Erf(x:T) -> (y:T) {T:type}
    Erfc(x:T) -> (y:T) {T:type}
    Exp(x:T) -> (y:T) {T:type}
    ExpandDims(input:T, dim:Tdim) -> (output:T) {T:type; Tdim:type = int32}
    Expm1(x:T) -> (y:T) {T:type}
    Fill(dims:index_type, value:T) -> (output:T) {T:type; index_type:type = int32}
    Floor(x:T) -> (y:T) {T:type}
    FloorDiv(x:T, y:T) -> (z:T) {T:type}
    FloorMod(x:T, y:T) -> (z:T) {T:type}
    Gather(params:Tparams, indices:Tindices) -> (output:Tparams) {validate_indices:bool = true;
      Tparams:type; Tindices:type}
    GatherNd(params:Tparams, indices:Tindices) -> (output:Tparams) {Tparams:type; Tindices:type}
    GatherV2(params:Tparams, indices:Tindices, axis:Taxis) -> (output:Tparams) {batch_dims:int =
      0; Tparams:type; Tindices:type; Taxis:type}
    Greater(x:T, y:T) -> (z:bool) {T:type}
    GreaterEqual(x:T, y:T) -> (z:bool) {T:type}
    Identity(input:T) -> (output:T) {T:type}
    If(cond:Tcond, input:list<Tin>) -> (output:list<Tout>) {Tcond:type; Tin:list(type);
      Tout:list(type); then_branch:func; else_branch:func; output_shapes:list(shape) = []}
      stateful
    Inv(x:T) -> (y:T) {T:type}
    InvertPermutation(x:T) -> (y:T) {T:type = int32}
    IsFinite(x:T) -> (y:bool) {T:type}
    IsInf(x:T) -> (y:bool) {T:type}
    IsNan(x:T) -> (y:bool) {T:type}
    L2Loss(t:T) -> (output:T) {T:type}
    LeakyRelu(features:T) -> (activations:T) {alpha:float = 0.20000000298023224; T:type = float}
    LeakyReluGrad(gradients:T, features:T) -> (backprops:T) {alpha:float = 0.20000000298023224;
      T:type = float}
    Less(x:T, y:T) -> (z:bool) {T:type}
    LessEqual(x:T, y:T) -> (z:bool) {T:type}
    LinSpace(start:T, stop:T, num:Tidx) -> (output:T) {T:type; Tidx:type = int32}
    Log(x:T) -> (y:T) {T:type}
    Log1p(x:T) -> (y:T) {T:type}
    LogSoftmax(logits:T) -> (logsoftmax:T) {T:type}
    LogicalAnd(x:bool, y:bool) -> (z:bool)
    LogicalNot(x:bool) -> (y:bool)
    LogicalOr(x:bool, y:bool) -> (z:bool)
    MatMul(a:T, b:T) -> (product:T) {transpose_a:bool = false; transpose_b:bool = false; T:type}
    MatrixBandPart(input:T, num_lower:Tindex, num_upper:Tindex) -> (band:T) {T:type; Tindex:type =
      int64}
    Max(input:T, reduction_indices:Tidx) -> (output:T) {keep_dims:bool = false; T:type; Tidx:type
      = int32}
    MaxPool(input:T) -> (output:T) {ksize:list(int); strides:list(int); padding:string;
      explicit_paddings:list(int) = []; data_format:string = "NHWC"; T:type = float}
    MaxPoolGrad(orig_input:T, orig_output:T, grad:T) -> (output:T) {ksize:list(int);
      strides:list(int); padding:string; explicit_paddings:list(int) = []; data_format:string =
      "NHWC"; T:type = float}
    MaxPoolGradGrad(orig_input:T, orig_output:T, grad:T) -> (output:T) {ksize:list(int);
      strides:list(int); padding:string; data_format:string = "NHWC"; T:type}
    Maximum(x:T, y:T) -> (z:T) {T:type}
    Mean(input:T, reduction_indices:Tidx) -> (output:T) {keep_dims:bool = false; T:type; Tidx:type
      = int32}
    Min(input:T, reduction_indices:Tidx) -> (output:T) {keep_dims:bool = false; T:type; Tidx:type
      = int32}
    Minimum(x:T, y:T) -> (z:T) {T:type}
    MirrorPad(input:T, paddings:Tpaddings) -> (output:T) {T:type; Tpaddings:type = int32;
      mode:string}
    MirrorPadGrad(input:T, paddings:Tpaddings) -> (output:T) {T:type; Tpaddings:type = int32;
      mode:string}
    Mul(x:T, y:T) -> (z:T) {T:type}
    MulNoNan(x:T, y:T) -> (z:T) {T:type}
    Multinomial(logits:T, num_samples:int32) -> (output:output_dtype) {seed:int = 0; seed2:int =
      0; T:type; output_dtype:type = int64} stateful
    Neg(x:T) -> (y:T) {T:type}
    NoOp() -> ()
    NotEqual(x:T, y:T) -> (z:bool) {T:type; incompatible_shape_error:bool = true}
    OneHot(indices:TI, depth:int32, on_value:T, off_value:T) -> (output:T) {axis:int = -1; T:type;
      TI:type = int64}
    OnesLike(x:T) -> (y:T) {T:type}
    OptionalFromValue(components:list<Toutput_types>) -> (optional:variant)
      {Toutput_types:list(type)}
    OptionalGetValue(optional:variant) -> (components:list<output_types>)
      {output_types:list(type); output_shapes:list(shape)}
    OptionalHasValue(optional:variant) -> (has_value:bool)
    OptionalNone() -> (optional:variant)
    Pack(values:N*T) -> (output:T) {N:int; T:type; axis:int = 0}
    Pad(input:T, paddings:Tpaddings) -> (output:T) {T:type; Tpaddings:type = int32}
    PadV2(input:T, paddings:Tpaddings, constant_values:T) -> (output:T) {T:type; Tpaddings:type =
      int32}
    PartitionedCall(args:list<Tin>) -> (output:list<Tout>) {Tin:list(type); Tout:list(type);
      f:func; config:string = ""; config_proto:string = ""; executor_type:string = ""}
    Placeholder() -> (output:dtype) {dtype:type; shape:shape = unknown_rank}
    PlaceholderWithDefault(input:dtype) -> (output:dtype) {dtype:type; shape:shape}
    Pow(x:T, y:T) -> (z:T) {T:type}
    Print(input:T, data:list<U>) -> (output:T) {T:type; U:list(type); message:string = "";
      first_n:int = -1; summarize:int = 3} stateful
    Prod(input:T, reduction_indices:Tidx) -> (output:T) {keep_dims:bool = false; T:type; Tidx:type
      = int32}
    RandomStandardNormal(shape:T) -> (output:dtype) {seed:int = 0; seed2:int = 0; dtype:type;
      T:type} stateful
    RandomUniform(shape:T) -> (output:dtype) {seed:int = 0; seed2:int = 0; dtype:type; T:type}
      stateful
    RandomUniformInt(shape:T, minval:Tout, maxval:Tout) -> (output:Tout) {seed:int = 0; seed2:int
      = 0; Tout:type; T:type} stateful
    Range(start:Tidx, limit:Tidx, delta:Tidx) -> (output:Tidx) {Tidx:type = int32}
    Rank(input:T) -> (output:int32) {T:type}
    ReadVariableOp(resource:resource) -> (value:dtype) {dtype:type} stateful
    RealDiv(x:T, y:T) -> (z:T) {T:type}
    Reciprocal(x:T) -> (y:T) {T:type}
    ReciprocalGrad(y:T, dy:T) -> (z:T) {T:type}
    Relu(features:T) -> (activations:T) {T:type}
    Relu6(features:T) -> (activations:T) {T:type}
    Relu6Grad(gradients:T, features:T) -> (backprops:T) {T:type}
    ReluGrad(gradients:T, features:T) -> (backprops:T) {T:type}
    Reshape(tensor:T, shape:Tshape) -> (output:T) {T:type; Tshape:type = int32}
    ResourceApplyAdam(var:resource, m:resource, v:resource, beta1_power:T, beta2_power:T, lr:T,
      beta1:T, beta2:T, epsilon:T, grad:T) -> () {T:type; use_locking:bool = false;
      use_nesterov:bool = false} stateful
    ResourceApplyGradientDescent(var:resource, alpha:T, delta:T) -> () {T:type; use_locking:bool =
      false} stateful
    ResourceApplyMomentum(var:resource, accum:resource, lr:T, grad:T, momentum:T) -> () {T:type;
      use_locking:bool = false; use_nesterov:bool = false} stateful
    ResourceGather(resource:resource, indices:Tindices) -> (output:dtype) {batch_dims:int = 0;
      validate_indices:bool = true; dtype:type; Tindices:type} stateful
    ResourceGatherNd(resource:resource, indices:Tindices) -> (output:dtype) {dtype:type;
      Tindices:type} stateful
    ResourceScatterAdd(resource:resource, indices:Tindices, updates:dtype) -> () {dtype:type;
      Tindices:type} stateful
    ResourceScatterSub(resource:resource, indices:Tindices, updates:dtype) -> () {dtype:type;
      Tindices:type} stateful
    ResourceScatterUpdate(resource:resource, indices:Tindices, updates:dtype) -> () {dtype:type;
      Tindices:type} stateful
    ResourceSparseApplyMomentum(var:resource, accum:resource, lr:T, grad:T, indices:Tindices,
      momentum:T) -> () {T:type; Tindices:type; use_locking:bool = false; use_nesterov:bool =
      false} stateful
    ReverseSequence(input:T, seq_lengths:Tlen) -> (output:T) {seq_dim:int; batch_dim:int = 0;
      T:type; Tlen:type = int64}
    ReverseV2(tensor:T, axis:Tidx) -> (output:T) {Tidx:type = int32; T:type}
    Rint(x:T) -> (y:T) {T:type}
    Round(x:T) -> (y:T) {T:type}
    Rsqrt(x:T) -> (y:T) {T:type}
    RsqrtGrad(y:T, dy:T) -> (z:T) {T:type}
    ScatterNd(indices:Tindices, updates:T, shape:Tindices) -> (output:T) {T:type; Tindices:type}
    Select(condition:bool, t:T, e:T) -> (output:T) {T:type}
    SelectV2(condition:bool, t:T, e:T) -> (output:T) {T:type}
    Selu(features:T) -> (activations:T) {T:type}
    SeluGrad(gradients:T, outputs:T) -> (backprops:T) {T:type}
    Shape(input:T) -> (output:out_type) {T:type; out_type:type = int32}
    ShapeN(input:N*T) -> (output:N*out_type) {N:int; T:type; out_type:type = int32}
    Sigmoid(x:T) -> (y:T) {T:type}
    SigmoidGrad(y:T, dy:T) -> (z:T) {T:type}
    Sign(x:T) -> (y:T) {T:type}
    Sin(x:T) -> (y:T) {T:type}
    Sinh(x:T) -> (y:T) {T:type}
    Size(input:T) -> (output:out_type) {T:type; out_type:type = int32}
    Slice(input:T, begin:Index, size:Index) -> (output:T) {T:type; Index:type}
    Softmax(logits:T) -> (softmax:T) {T:type}
    SoftmaxCrossEntropyWithLogits(features:T, labels:T) -> (loss:T, backprop:T) {T:type}
    Softplus(features:T) -> (activations:T) {T:type}
    SoftplusGrad(gradients:T, features:T) -> (backprops:T) {T:type}
    Softsign(features:T) -> (activations:T) {T:type}
    SoftsignGrad(gradients:T, features:T) -> (backprops:T) {T:type}
    SparseSoftmaxCrossEntropyWithLogits(features:T, labels:Tlabels) -> (loss:T, backprop:T)
      {T:type; Tlabels:type = int64}
    Split(split_dim:int32, value:T) -> (output:num_split*T) {num_split:int; T:type}
    SplitV(value:T, size_splits:Tlen, split_dim:int32) -> (output:num_split*T) {num_split:int;
      T:type; Tlen:type = int64}
    Sqrt(x:T) -> (y:T) {T:type}
    SqrtGrad(y:T, dy:T) -> (z:T) {T:type}
    Square(x:T) -> (y:T) {T:type}
    SquaredDifference(x:T, y:T) -> (z:T) {T:type}
    Squeeze(input:T) -> (output:T) {T:type; squeeze_dims:list(int) = []}
    StatefulPartitionedCall(args:list<Tin>) -> (output:list<Tout>) {Tin:list(type);
      Tout:list(type); f:func; config:string = ""; config_proto:string = ""; executor_type:string
      = ""} stateful
    StatelessCase(branch_index:int32, input:list<Tin>) -> (output:list<Tout>) {Tin:list(type);
      Tout:list(type); branches:list(func); output_shapes:list(shape) = []}
    StatelessIf(cond:Tcond, input:list<Tin>) -> (output:list<Tout>) {Tcond:type; Tin:list(type);
      Tout:list(type); then_branch:func; else_branch:func; output_shapes:list(shape) = []}
    StatelessWhile(input:list<T>) -> (output:list<T>) {T:list(type); cond:func; body:func;
      output_shapes:list(shape) = []; parallel_iterations:int = 10}
    StopGradient(input:T) -> (output:T) {T:type}
    StridedSlice(input:T, begin:Index, end:Index, strides:Index) -> (output:T) {T:type;
      Index:type; begin_mask:int = 0; end_mask:int = 0; ellipsis_mask:int = 0; new_axis_mask:int =
      0; shrink_axis_mask:int = 0}
    StridedSliceGrad(shape:Index, begin:Index, end:Index, strides:Index, dy:T) -> (output:T)
      {T:type; Index:type; begin_mask:int = 0; end_mask:int = 0; ellipsis_mask:int = 0;
      new_axis_mask:int = 0; shrink_axis_mask:int = 0}
    Sub(x:T, y:T) -> (z:T) {T:type}
    Sum(input:T, reduction_indices:Tidx) -> (output:T) {keep_dims:bool = false; T:type; Tidx:type
      = int32}
    Tan(x:T) -> (y:T) {T:type}
    Tanh(x:T) -> (y:T) {T:type}
    TanhGrad(y:T, dy:T) -> (z:T) {T:type}
    TensorListConcat(input_handle:variant) -> (tensor:element_dtype, lengths:int64)
      {element_dtype:type; element_shape:shape = unknown_rank}
    TensorListConcatV2(input_handle:variant, element_shape:shape_type, leading_dims:int64) ->
      (tensor:element_dtype, lengths:int64) {element_dtype:type; shape_type:type}
    TensorListElementShape(input_handle:variant) -> (element_shape:shape_type) {shape_type:type}
    TensorListFromTensor(tensor:element_dtype, element_shape:shape_type) ->
      (output_handle:variant) {element_dtype:type; shape_type:type}
    TensorListGather(input_handle:variant, indices:int32, element_shape:int32) ->
      (values:element_dtype) {element_dtype:type}
    TensorListGetItem(input_handle:variant, index:int32, element_shape:int32) ->
      (item:element_dtype) {element_dtype:type}
    TensorListLength(input_handle:variant) -> (length:int32)
    TensorListPopBack(input_handle:variant, element_shape:int32) -> (output_handle:variant,
      tensor:element_dtype) {element_dtype:type}
    TensorListPushBack(input_handle:variant, tensor:element_dtype) -> (output_handle:variant)
      {element_dtype:type}
    TensorListReserve(element_shape:shape_type, num_elements:int32) -> (handle:variant)
      {element_dtype:type; shape_type:type}
    TensorListResize(input_handle:variant, size:int32) -> (output_handle:variant)
    TensorListScatter(tensor:element_dtype, indices:int32, element_shape:shape_type) ->
      (output_handle:variant) {element_dtype:type; shape_type:type}
    TensorListScatterIntoExistingList(input_handle:variant, tensor:element_dtype, indices:int32)
      -> (output_handle:variant) {element_dtype:type}
    TensorListScatterV2(tensor:element_dtype, indices:int32, element_shape:shape_type,
      num_elements:int32) -> (output_handle:variant) {element_dtype:type; shape_type:type}
    TensorListSetItem(input_handle:variant, index:int32, item:element_dtype) ->
      (output_handle:variant) {element_dtype:type; resize_if_index_out_of_bounds:bool = false}
    TensorListSplit(tensor:element_dtype, element_shape:shape_type, lengths:int64) ->
      (output_handle:variant) {element_dtype:type; shape_type:type}
    TensorListStack(input_handle:variant, element_shape:int32) -> (tensor:element_dtype)
      {element_dtype:type; num_elements:int = -1}
    Tile(input:T, multiples:Tmultiples) -> (output:T) {T:type; Tmultiples:type = int32}
    Transpose(x:T, perm:Tperm) -> (y:T) {T:type; Tperm:type = int32}
    TruncateDiv(x:T, y:T) -> (z:T) {T:type}
    TruncateMod(x:T, y:T) -> (z:T) {T:type}
    TruncatedNormal(shape:T) -> (output:dtype) {seed:int = 0; seed2:int = 0; dtype:type; T:type}
      stateful
    Unique(x:T) -> (y:T, idx:out_idx) {T:type; out_idx:type = int32}
    Unpack(value:T) -> (output:num*T) {num:int; T:type; axis:int = 0}
    UnsortedSegmentSum(data:T, segment_ids:Tindices, num_segments:Tnumsegments) -> (output:T)
      {T:type; Tindices:type; Tnumsegments:type = int32}
    VarHandleOp() -> (resource:resource) {container:string = ""; shared_name:string = "";
      debug_name:string = ""; dtype:type; shape:shape; allowed_devices:list(string) = []} stateful
    VarIsInitializedOp(resource:resource) -> (is_initialized:bool) stateful
    VariableShape(input:resource) -> (output:out_type) {out_type:type = int32} stateful
    Where(input:T) -> (index:int64) {T:type = bool}
    While(input:list<T>) -> (output:list<T>) {T:list(type); cond:func; body:func;
      output_shapes:list(shape) = []; parallel_iterations:int = 10} stateful
    Xdivy(x:T, y:T) -> (z:T) {T:type}
    Xlogy(x:T, y:T) -> (z:T) {T:type}
    ZerosLike(x:T) -> (y:T) {T:type}
    """
}
