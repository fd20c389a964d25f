package main

import "runtime/debug"

// version is that of the module, with the commit it was built from where known.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "yinju (unknown version)"
	}
	v := "yinju " + info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			v += " " + s.Value[:12]
		}
	}
	return v + " " + info.GoVersion
}
