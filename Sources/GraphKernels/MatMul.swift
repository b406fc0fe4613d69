internal import CKernels
