{{- define "orbit.labels" -}}
{{ include "orbit.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "orbit.selector" -}}
app.kubernetes.io/name: orbit
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
