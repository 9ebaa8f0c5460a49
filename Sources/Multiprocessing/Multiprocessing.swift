// The module Multiprocessing.
