// The module RankLaunching.
