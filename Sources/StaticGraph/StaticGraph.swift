@_exported public import GraphArrays
@_exported public import GraphEngine
@_exported public import GraphTraining
@_exported public import TensorFlowFormats
